/**
 * Loads what an archive has of one data type, batch by batch. Each batch is a transaction, and a
 * document that is stored already is met unchanged: an import that was killed is simply run again.
 */
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { typesInQuarantine } from "../../lib/db/store/rejects.ts";
import { createLoader } from "../stages/load.ts";
import { createTransform } from "../stages/transform.ts";
import { type FileDocument, openDocuments } from "./documents.ts";
import type { ScannedType } from "./scan.ts";
import { readNaturalKeys, readObservations } from "./stored.ts";
import {
  type Batch,
  importBatch,
  type ImportContext,
  type ImportCounts,
  type Stages,
} from "./load_batch.ts";
import { RollUps } from "./roll_ups.ts";

/** Rows in one transaction. */
const BATCH_ROWS = 10_000;
/** Characters in one transaction: nights and days by the minute are long. */
const BATCH_CHARACTERS = 2_000_000;

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
    context.onRows?.(type.name, batch.documents.length);
  };
  for (const member of files) {
    const { fields, documents } = await openDocuments(member, type);
    await whileReading(
      batchesOf(documents),
      (each) => load({ path: member.path, fields, documents: each }),
    );
  }
  if (context.runId !== null) await stages.rollUps.finish(db);
}

/**
 * Puts the rows of a file together to what one transaction takes. Samples of one instant stay
 * together: of several, the loader keeps the same one in whatever order they come.
 */
async function* batchesOf(
  blocks: AsyncIterable<readonly FileDocument[]>,
): AsyncGenerator<readonly FileDocument[]> {
  let batch: FileDocument[] = [];
  let size = 0;
  for await (const block of blocks) {
    for (const document of block) {
      const isFull = batch.length >= BATCH_ROWS || size >= BATCH_CHARACTERS;
      if (isFull && batch.at(-1)?.document?.timestamp !== document.document?.timestamp) {
        yield batch;
        batch = [];
        size = 0;
      }
      batch.push(document);
      size += document.size;
    }
  }
  if (batch.length > 0) yield batch;
}

/** Handles one batch after the other, each while the next one is read. */
async function whileReading<T>(
  batches: AsyncIterable<T>,
  handle: (batch: T) => Promise<void>,
): Promise<void> {
  let handled = Promise.resolve();
  try {
    for await (const batch of batches) {
      await handled;
      handled = handle(batch);
      // Its failure is met by the next `await`.
      handled.catch(() => {});
    }
  } finally {
    await handled;
  }
}
