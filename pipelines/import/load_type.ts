/**
 * Loads what an archive has of one data type, batch by batch. Each batch is a transaction, and a
 * document that is stored already is met unchanged: an import that was killed is simply run again.
 */
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { createLoader } from "../stages/load.ts";
import { createTransform } from "../stages/transform.ts";
import { openDocuments } from "./documents.ts";
import type { ScannedType } from "./scan.ts";
import { readNaturalKeys, readObservations } from "./stored.ts";
import {
  type Candidate,
  importBatch,
  type ImportContext,
  type ImportCounts,
  type Stages,
} from "./load_batch.ts";

/** Rows in one transaction. */
const BATCH_ROWS = 2_500;
/** Fields of wide documents, such as nights, in one transaction at most. */
const BATCH_DOCUMENTS = 250;

/**
 * Loads a data type.
 * @param exists Whether its table exists.
 * @param counts What becomes of its rows is added here batch by batch, as it is committed.
 * @throws {BadRowError} Where `contract.bad_rows` says `fail`.
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
    observations: await readObservations(db, userId, type.name),
    naturalKeys: exists ? await readNaturalKeys(db, transform.table, userId, ids) : null,
    exists,
  };
  const size = transform.table.timeKeyed ? BATCH_ROWS : BATCH_DOCUMENTS;
  for (const member of files) {
    const { fields, documents } = await openDocuments(member, type);
    let batch: Candidate[] = [];
    const flush = async () => {
      const full = batch;
      batch = [];
      signal?.throwIfAborted();
      const done = await retryTransaction(
        db,
        (tx) => importBatch(tx, context, stages, full, fields),
        signal ? { signal } : {},
      );
      for (const name of Object.keys(counts) as (keyof ImportCounts)[]) counts[name] += done[name];
      context.onRows?.(type.name, full.length);
    };
    for await (const { line, document } of documents) {
      batch.push({ place: `${member.path} line ${line}`, document });
      if (batch.length >= size) await flush();
    }
    if (batch.length > 0) await flush();
  }
}
