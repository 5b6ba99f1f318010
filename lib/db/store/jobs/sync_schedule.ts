/** When the worker syncs each wearer next. Times are passed in, so that one clock decides. */
import type { Database, Queryable } from "../../driver/database.ts";
import { retryStatement } from "../../driver/retry_transaction.ts";

/** A wearer who is signed in, as the schedule knows them. */
export interface ScheduledWearer {
  readonly userId: string;
  /** Null for a wearer who is not in the schedule yet. */
  readonly dueAt: Date | null;
  /** Whether a sync of the wearer has been recorded. */
  readonly isKnown: boolean;
}

/** The wearers whose schedule has to be made or changed: new ones, and those due later than `latest`. */
export async function unscheduledWearers(
  db: Queryable,
  latest: Date,
): Promise<ScheduledWearer[]> {
  const { rows } = await db.query<{ user_id: string; due_at: Date | null; is_known: boolean }>(
    `SELECT t.user_id, s.due_at,
        EXISTS (SELECT 1 FROM oura.sync_runs AS r WHERE r.user_id = t.user_id) AS is_known
      FROM oura.oauth_tokens AS t
      LEFT JOIN oura.sync_schedule AS s ON s.user_id = t.user_id
      WHERE t.state = 'active' AND (s.user_id IS NULL OR s.due_at > $1)`,
    [latest],
  );
  return rows.map(({ user_id, due_at, is_known }) => ({
    userId: user_id,
    dueAt: due_at,
    isKnown: is_known,
  }));
}

/** Whether a wearer has a sign-in, be it a living one or an expired one. */
export async function hasSignIn(db: Queryable, userId: string): Promise<boolean> {
  const { rows } = await db.query("SELECT 1 FROM oura.oauth_tokens WHERE user_id = $1", [userId]);
  return rows.length > 0;
}

/** Sets when a wearer is synced next; nothing for one without a sign-in, who may be forgotten. */
export async function scheduleSync(db: Database, userId: string, dueAt: Date): Promise<void> {
  await retryStatement(db, (each) =>
    each.query(
      `INSERT INTO oura.sync_schedule AS s (user_id, due_at)
        SELECT t.user_id, $2::timestamptz FROM oura.oauth_tokens AS t WHERE t.user_id = $1
        ON CONFLICT (user_id) DO UPDATE SET due_at = excluded.due_at`,
      [userId, dueAt],
    ));
}

/** Makes the sync of a wearer due at an instant, unless it is due before or is in no schedule yet. */
export async function syncBy(tx: Queryable, userId: string, at: Date): Promise<void> {
  await tx.query(
    "UPDATE oura.sync_schedule SET due_at = $2 WHERE user_id = $1 AND due_at > $2",
    [userId, at],
  );
}

/** A wearer whose sync is due, and since when. */
export interface DueWearer {
  readonly userId: string;
  readonly dueAt: Date;
}

/** Wearers with a working sign-in whose sync is due, the longest overdue first. */
export async function wearersDue(db: Queryable, now: Date, most: number): Promise<DueWearer[]> {
  const { rows } = await db.query<{ user_id: string; due_at: Date }>(
    `SELECT s.user_id, s.due_at FROM oura.sync_schedule AS s
      JOIN oura.oauth_tokens AS t ON t.user_id = s.user_id AND t.state = 'active'
      WHERE s.due_at <= $1 ORDER BY s.due_at, s.user_id LIMIT $2`,
    [now, most],
  );
  return rows.map(({ user_id, due_at }) => ({ userId: user_id, dueAt: due_at }));
}

/** Whether a wearer's sync is due. */
export async function isSyncDue(db: Queryable, userId: string, now: Date): Promise<boolean> {
  const { rows } = await db.query(
    "SELECT 1 FROM oura.sync_schedule WHERE user_id = $1 AND due_at <= $2",
    [userId, now],
  );
  return rows.length > 0;
}

/**
 * Takes a task of the whole app if it is due; only one worker gets it.
 * @param next When it is due again; a worker that dies leaves it undone until then.
 */
export async function takeUpkeep(
  db: Database,
  task: string,
  now: Date,
  next: Date,
): Promise<boolean> {
  const { rows } = await retryStatement(db, (each) =>
    each.query(
      `INSERT INTO oura.upkeep_tasks (task, due_at) VALUES ($1, $3)
        ON CONFLICT (task) DO UPDATE SET due_at = excluded.due_at
          WHERE upkeep_tasks.due_at <= $2
        RETURNING 1`,
      [task, now, next],
    ));
  return rows.length > 0;
}

/** Makes a task of the whole app due at an instant. */
export async function putOffUpkeep(db: Database, task: string, dueAt: Date): Promise<void> {
  await retryStatement(
    db,
    (each) => each.query("UPDATE oura.upkeep_tasks SET due_at = $2 WHERE task = $1", [task, dueAt]),
  );
}
