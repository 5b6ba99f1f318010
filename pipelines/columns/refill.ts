/**
 * Refill: stored documents through the transform, into columns and series that are new or come from
 * elsewhere. In batches by key, each a short transaction that also remembers where to go on; killed
 * anywhere, nothing is lost and little is done twice.
 */
import DISTURBED from "../../sql/queries/refill_disturbed.sql" with { type: "text" };
import SAVE_REFILL from "../../sql/queries/save_refill.sql" with { type: "text" };
import type { Database, Queryable } from "../../lib/db/database.ts";
import { inSchema } from "../../lib/db/identifiers.ts";
import { retryTransaction } from "../../lib/db/retry_transaction.ts";
import { tableOf } from "../table.ts";
import { keyColumns, readStatement, writeStatement } from "./refill_sql.ts";
import { createRefillTransform } from "./refill_transform.ts";
import type { RefillTask } from "./refill_task.ts";
import { createBatchWriter, type StoredRow } from "./refill_write.ts";
import type { RefillState } from "./state.ts";
import type { ObjectName } from "./step.ts";
import type { Turn } from "./turn.ts";

/** What a refill did. */
export interface RefillCounts {
  /** Documents read. */
  rows: number;
  /** Rows in which a column changed. */
  filled: number;
  /** Values and samples that do not fit; their documents are quarantined, the rows stay. */
  rejected: number;
}

/** Options of {@linkcode refill}. */
export interface RefillOptions {
  turn: Turn;
  /** Rows per transaction. @default 5000 */
  batchRows?: number | undefined;
  onProgress?: ((counts: Readonly<RefillCounts>) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const BATCH_ROWS = 5_000;
/** Documents with arrays are thousands of times larger than samples of heart rate. */
const WIDE_BATCH_ROWS = 500;

/**
 * Fills the columns and series of a task.
 * @returns What was done, and whether the task is finished. It is not while a sync that began before
 *   the column was there is still writing rows without it; the next run meets those.
 */
export async function refill(
  db: Database,
  task: RefillTask,
  options: RefillOptions,
): Promise<RefillCounts & { done: boolean }> {
  const counts: RefillCounts = { rows: 0, filled: 0, rejected: 0 };
  const run = createPass(db, task, options, counts);
  const { since } = task.state;
  if (task.state.after !== "end") await run(task.state.after, false);

  const { atWork, wasAtWork, now } = await disturbance(db, task.type.name, since);
  if (wasAtWork) await run(null, true);
  await finish(db, task, atWork ? since : null, now);
  return { ...counts, done: !atWork };
}

/**
 * What is filled is done, but for columns whose type changes: until they are exchanged, every sync
 * writes the former column, and what it wrote is to be met again.
 */
async function finish(db: Database, task: RefillTask, since: string | null, now: string) {
  const open = task.objects.filter(({ retyped }) => since !== null || retyped);
  const closed = task.objects.filter((object) => !open.includes(object));
  await saveState(db, task.type.table, open, { since: since ?? now, after: "end" });
  await saveState(db, task.type.table, closed, null);
}

/** Whether a sync that may not know a new column is at work, or was since a point in time. */
export async function disturbance(db: Queryable, dataType: string, since: string) {
  const { rows: [row] } = await db.query<{ at_work: boolean; was_at_work: boolean; now: string }>(
    inSchema(DISTURBED, db.schema),
    [dataType, since],
  );
  return { atWork: row!.at_work, wasAtWork: row!.was_at_work, now: row!.now };
}

type Pass = (after: readonly string[] | null, recent: boolean) => Promise<void>;

function createPass(
  db: Database,
  task: RefillTask,
  options: RefillOptions,
  counts: RefillCounts,
): Pass {
  const table = tableOf(task.type);
  const { since } = task.state;
  const limit = options.batchRows ?? (table.timeKeyed ? BATCH_ROWS : WIDE_BATCH_ROWS);
  const keys = keyColumns(table);
  const write = createBatchWriter(
    table,
    createRefillTransform(task.type, task.columns),
    task.columns.length === 0 ? null : writeStatement(table, task.columns, db.schema),
    db.schema,
  );

  return async (from, recent) => {
    for (let after = from;;) {
      const behind = after !== null;
      const read = readStatement(
        table,
        task.columns,
        { behind, recent, lock: true },
        limit,
        db.schema,
      );
      const batch = await retryTransaction(db, async (tx) => {
        await options.turn.require(tx);
        const { rows } = await tx.query<StoredRow>(read, [since, ...(after ?? [])]);
        const written = await write(tx, rows);
        const last = rows.at(-1);
        const next = last ? keys.map((_, i) => String(last[`k${i}`])) : after;
        if (!recent && last) await saveState(tx, table.name, task.objects, { since, after: next });
        return { ...written, next, rows: rows.length };
      }, options.signal ? { signal: options.signal } : {});
      counts.rows += batch.rows;
      counts.filled += batch.filled;
      counts.rejected += batch.rejected;
      options.onProgress?.(counts);
      options.signal?.throwIfAborted();
      if (batch.rows < limit) return;
      after = batch.next;
    }
  };
}

/** Remembers how far columns and series of a table are filled; null: wholly. */
export async function saveState(
  db: Queryable,
  table: string,
  objects: readonly ObjectName[],
  state: RefillState | null,
): Promise<void> {
  if (objects.length === 0) return;
  await db.query(inSchema(SAVE_REFILL, db.schema), [
    table,
    objects.map(({ kind }) => kind),
    objects.map(({ name }) => name),
    state === null ? null : JSON.stringify(state),
  ]);
}
