/**
 * Refill: stored documents through the transform, into columns and series that are new or come from
 * elsewhere. In batches by key, each a short transaction that also remembers where to go on; killed
 * anywhere, nothing is lost and little is done twice.
 */
import DISTURBED from "../../../sql/queries/refill_disturbed.sql" with { type: "text" };
import SAVE_REFILL from "../../../sql/queries/save_refill.sql" with { type: "text" };
import type { Database, Queryable } from "../../../lib/db/driver/database.ts";
import { createPass, type RefillCounts, type RefillOptions } from "./pass.ts";
import type { RefillTask } from "./task.ts";
import type { RefillState } from "../database_schema.ts";
import type { ObjectName } from "../database_schema.ts";

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
  const { since, after } = task.state;
  const { table } = task.type;
  if (after !== "end") {
    await run(
      after,
      false,
      (tx, next) => saveState(tx, table, task.objects, { since, after: next }),
    );
  }
  const { atWork, wasAtWork, now } = await disturbance(db, task.type.name, since);
  // Left open by the previous run, because a sync was at work then: it may have been killed since.
  if (wasAtWork || after === "end") await run(null, true);
  await finish(db, task, atWork ? since : null, now);
  return { ...counts, done: !atWork };
}

/**
 * What is filled is done, but for columns whose type changes: until they are exchanged, every sync
 * writes the previous column, and what it wrote is to be met again.
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
    DISTURBED,
    [dataType, since],
  );
  return { atWork: row!.at_work, wasAtWork: row!.was_at_work, now: row!.now };
}

/** Remembers how far columns and series of a table are filled; null: wholly. */
export async function saveState(
  db: Queryable,
  table: string,
  objects: readonly ObjectName[],
  state: RefillState | null,
): Promise<void> {
  if (objects.length === 0) return;
  await db.query(SAVE_REFILL, [
    table,
    objects.map(({ kind }) => kind),
    objects.map(({ name }) => name),
    state === null ? null : JSON.stringify(state),
  ]);
}
