/**
 * Loads what an archive has of one data type, batch by batch. Each batch is a transaction, and a
 * document that is stored already is met unchanged: an import that was killed is simply run again.
 */
import type { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { typesInQuarantine } from "../../lib/db/store/rejects.ts";
import { createLoader } from "../stages/load.ts";
import { createBulkLoader } from "../stages/samples/load_samples.ts";
import { createTransform } from "../stages/transform.ts";
import { batchesOf, whileReading } from "./batch/batches.ts";
import { openDocuments } from "./file/documents.ts";
import { createRowReader, type TakenDocuments } from "./batch/read_rows.ts";
import type { ScannedType } from "./scan.ts";
import { readNaturalKeys, readObservations } from "./stored.ts";
import type { Batch, ImportContext, ImportCounts, Stages } from "./context.ts";
import { importBatch } from "./batch/load_batch.ts";
import { RollUps } from "./roll_ups.ts";

/**
 * Loads a data type.
 * @param exists Whether its table exists.
 * @param counts What becomes of its rows is added here batch by batch, as it is committed.
 * @throws {BadRowError} Where `contract.bad_rows` says `fail`.
 * @throws {BusyError} When another process has taken over.
 */
export async function importType(
  context: ImportContext,
  { type, files, ids }: ScannedType,
  exists: boolean,
  counts: ImportCounts,
): Promise<void> {
  const { db, userId, signal } = context;
  const transform = createTransform(type);
  const stages: Stages = {
    type,
    transform,
    load: createLoader(transform.table),
    bulk: createBulkLoader(transform.table),
    observations: await readObservations(db, userId, type.name),
    naturalKeys: exists ? await readNaturalKeys(db, transform.table, userId, ids) : null,
    rollUps: new RollUps(type, userId),
    hasRejects: exists && (await typesInQuarantine(db, userId)).has(type.name),
    exists,
  };
  const load = async (batch: Batch) => {
    signal?.throwIfAborted();
    const done = await retryTransaction(
      db,
      (tx) => importBatch(tx, context, stages, batch),
      signal ? { signal } : {},
    );
    for (const name of Object.keys(counts) as (keyof ImportCounts)[]) counts[name] += done[name];
    context.onRows?.(type.name, batch.rows.lines);
  };
  const taken: TakenDocuments = new Map();
  for (const member of files) {
    const path = printable(member.path, context.repertoire);
    const file = await openDocuments(member, type);
    const reader = createRowReader(type, transform, path, context.repertoire === null, taken);
    await whileReading(
      batchesOf(file, reader),
      (rows) => load({ path, fields: file.fields, rows }),
    );
  }
  if (context.runId !== null) await stages.rollUps.finish(db);
}

/** A path that can be stored in a reason, whatever the archive calls its folders. */
function printable(path: string, repertoire: Repertoire | null): string {
  const clean = path.toWellFormed().replace(/\p{Cc}/gu, "?");
  return repertoire === null ? clean : clean.replace(/\P{ASCII}/gu, "?");
}
