/** One pass of a refill over a table, batch by batch in order of the key. */
import type { Database, Transaction } from "../../../lib/db/driver/database.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { readAhead } from "../../../lib/process/read_ahead.ts";
import { tableOf } from "../../stages/table.ts";
import { type Batch, createBatchReader } from "./read.ts";
import type { RefillTask } from "./task.ts";
import { createBatchWriter } from "./write.ts";
import type { ApplyLock } from "../apply_lock.ts";

/** What a refill did. */
export interface RefillCounts {
  /** Documents read. */
  rows: number;
  /** Rows in which a column changed. */
  filled: number;
  /** Values and samples that do not fit; their documents are quarantined, the rows stay. */
  rejected: number;
}

/** Options of a refill. */
export interface RefillOptions {
  turn: ApplyLock;
  /** Rows per transaction. @default 5000 of samples, 500 of documents */
  batchRows?: number | undefined;
  onProgress?: ((counts: Readonly<RefillCounts>) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Runs a pass. `save` is called in each batch's transaction with the key it ends at. */
export type Pass = (
  after: readonly string[] | null,
  recent: boolean,
  save?: (tx: Transaction, next: readonly string[]) => Promise<void>,
) => Promise<void>;

const BATCH_ROWS = 5_000;
/** Documents with arrays are thousands of times larger than samples of heart rate. */
const WIDE_BATCH_ROWS = 500;

/**
 * Data and place go in one transaction: a crash of the server that loses the one loses the other,
 * so there is nothing to wait for at each commit.
 */
const NO_WAIT = "SET LOCAL synchronous_commit = off";

/**
 * Compiles the pass of a task. Rows are read and transformed while the previous batch is written, and
 * are not locked: a batch in which another writer changed a row meanwhile is read again under lock.
 */
export function createPass(
  db: Database,
  task: RefillTask,
  options: RefillOptions,
  counts: RefillCounts,
): Pass {
  const table = tableOf(task.type);
  const limit = options.batchRows ?? (table.timeKeyed ? BATCH_ROWS : WIDE_BATCH_ROWS);
  const reader = createBatchReader(table, task, limit);
  const write = createBatchWriter(table, task.columns);

  return async (from, recent, save) => {
    const batches = readAhead(reader.batches(db, from, recent));
    for await (const batch of batches) {
      options.signal?.throwIfAborted();
      const written = await retryTransaction(db, async (tx) => {
        await options.turn.require(tx);
        await tx.exec(NO_WAIT);
        const untouched = await write(tx, batch, "unlocked");
        const written = untouched ?? await writeLocked(tx, batch);
        if (save && batch.next) await save(tx, batch.next);
        return written;
      }, options.signal ? { signal: options.signal } : {});
      counts.rows += batch.rows.length;
      counts.filled += written.filled;
      counts.rejected += written.rejected;
      options.onProgress?.(counts);
    }

    async function writeLocked(tx: Transaction, batch: Batch) {
      return (await write(tx, await reader.readLocked(tx, batch, recent), "locked"))!;
    }
  };
}
