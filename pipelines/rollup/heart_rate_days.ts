/**
 * The daily roll-up of heart rate, made of the hourly one: a chart of ten years is drawn from 3,650
 * rows and not from 90,000. Days are those of UTC, because buckets of a chart are.
 */
import REFRESH from "../../sql/queries/refresh_heart_rate_days.sql" with { type: "text" };
import type { Queryable } from "../../lib/db/driver/database.ts";

/** The source of rows that hold all sources together. */
export const ALL_SOURCES = "";

/**
 * Makes the days match the hours between two midnights in UTC. Days that are right already are not
 * written. Call it in the transaction that changed the hours.
 */
export async function refreshHeartRateDays(
  tx: Queryable,
  userId: string,
  from: string,
  to: string,
): Promise<void> {
  await tx.query(REFRESH, [userId, from, to, ALL_SOURCES]);
}
