/** Events that wait for a person: counted, and set going again. One wearer at a time. */
import COUNTS from "../../../../sql/queries/event_counts.sql" with { type: "text" };
import type { Queryable } from "../../driver/database.ts";

/** What waits, of all wearers. */
export interface EventCounts {
  readonly pending: number;
  /** Seconds since the oldest pending event arrived; null while none is pending. */
  readonly oldestPendingSeconds: number | null;
  /** Given up. */
  readonly failed: number;
  /** Kept until their wearer signs in. */
  readonly aside: number;
}

/** Counts the events that are not settled for good. */
export async function eventCounts(db: Queryable, now: Date): Promise<EventCounts> {
  const { rows } = await db.query<
    { pending: number; oldest: Date | null; failed: number; aside: number }
  >(COUNTS);
  const { pending, oldest, failed, aside } = rows[0]!;
  const age = oldest === null ? null : Math.max(0, (now.getTime() - oldest.getTime()) / 1000);
  return { pending, oldestPendingSeconds: age, failed, aside };
}

/**
 * Wearers with pending events that are due, at most so many; the wearer who waits longest first. An
 * event waits since it arrived, or since the time of its next try.
 */
export async function wearersWithDueEvents(
  db: Queryable,
  now: Date,
  most: number,
): Promise<string[]> {
  const { rows } = await db.query<{ user_id: string }>(
    `SELECT user_id FROM oura.webhook_events
      WHERE state = 'pending' AND next_attempt_at <= $1
      GROUP BY user_id ORDER BY min(greatest(received_at, next_attempt_at)), user_id LIMIT $2`,
    [now, most],
  );
  return rows.map((row) => row.user_id);
}

/** Events that were made pending. */
export interface RevivedEvents {
  /** Each needs a job. */
  readonly wearers: readonly string[];
  readonly events: number;
}

/**
 * Makes the events pending that were kept aside for a wearer who has signed in since; of all such
 * wearers without a name. An event can be kept aside at the moment of a sign-in: call it again later.
 */
export async function releaseAsideEvents(
  db: Queryable,
  userId?: string,
): Promise<RevivedEvents> {
  const { rows } = await db.query<{ user_id: string }>(
    `SELECT t.user_id FROM oura.oauth_tokens AS t
      WHERE t.state = 'active' AND ($1::text IS NULL OR t.user_id = $1)
        AND EXISTS (SELECT 1 FROM oura.webhook_events AS e
          WHERE e.user_id = t.user_id AND e.state = 'aside')
      ORDER BY t.user_id`,
    [userId ?? null],
  );
  return await revive(db, rows, "aside");
}

/** Keeps a wearer's pending events aside until the wearer signs in. */
export async function setEventsAside(db: Queryable, userId: string): Promise<void> {
  await db.query(
    "UPDATE oura.webhook_events SET state = 'aside' WHERE user_id = $1 AND state = 'pending'",
    [userId],
  );
}

/** Makes events that were given up pending again, as if never tried; of all wearers without a name. */
export async function retryFailedEvents(
  db: Queryable,
  userId?: string,
): Promise<RevivedEvents> {
  const { rows } = await db.query<{ user_id: string }>(
    `SELECT DISTINCT user_id FROM oura.webhook_events
      WHERE state = 'failed' AND ($1::text IS NULL OR user_id = $1) ORDER BY user_id`,
    [userId ?? null],
  );
  return await revive(db, rows, "failed");
}

async function revive(
  db: Queryable,
  wearers: readonly { user_id: string }[],
  from: "aside" | "failed",
): Promise<RevivedEvents> {
  let events = 0;
  for (const { user_id } of wearers) {
    const { rowCount } = await db.query(
      `UPDATE oura.webhook_events
        SET state = 'pending', attempts = 0, error = NULL, processed_at = NULL,
          next_attempt_at = 'epoch'::timestamptz
        WHERE user_id = $1 AND state = $2`,
      [user_id, from],
    );
    events += rowCount;
  }
  return { wearers: wearers.map((row) => row.user_id), events };
}
