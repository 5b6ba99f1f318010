/** A few things a wearer would want to know first, from the tables. */
import MAIN_NIGHT from "../sql/queries/main_night.sql" with { type: "text" };
import WEEK_AVERAGES from "../sql/queries/week_averages.sql" with { type: "text" };
import type { Database, Row } from "../lib/db/driver/database.ts";
import { hasSqlState, UNDEFINED_COLUMN } from "../lib/db/driver/errors/errors.ts";

/** The main night; durations in seconds, HRV in ms, heart rate in beats per minute. */
export type Night = {
  day: string;
  fell_asleep: string;
  woke_up: string;
  total_sleep_duration: number | null;
  deep_sleep_duration: number | null;
  rem_sleep_duration: number | null;
  average_hrv: number | null;
  lowest_heart_rate: number | null;
};

/** Averages of a week. */
export type Week = { week: string; sleep_score: number; readiness_score: number; steps: number };

/** Last night and the averages of the last weeks. */
export interface Highlights {
  readonly night: Night | null;
  readonly weeks: readonly Week[];
}

/** Reads the highlights of a wearer; without those for which the configuration has no columns. */
export async function readHighlights(db: Database, userId: string): Promise<Highlights> {
  const [night = null] = await rowsOf<Night>(db, MAIN_NIGHT, userId);
  return { night, weeks: await rowsOf<Week>(db, WEEK_AVERAGES, userId) };
}

async function rowsOf<T extends Row>(db: Database, sql: string, userId: string): Promise<T[]> {
  try {
    return (await db.query<T>(sql, [userId])).rows;
  } catch (error) {
    if (hasSqlState(error, UNDEFINED_COLUMN)) return [];
    throw error;
  }
}
