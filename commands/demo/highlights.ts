/** A few things a wearer would want to know first, from the tables. */
import MAIN_NIGHT from "../../sql/queries/main_night.sql" with { type: "text" };
import WEEK_AVERAGES from "../../sql/queries/week_averages.sql" with { type: "text" };
import type { Database, Row } from "../../lib/db/driver/database.ts";
import { hasSqlState, UNDEFINED_COLUMN } from "../../lib/db/driver/errors/errors.ts";
import { textTable } from "../_cli/output.ts";

type Night = {
  day: string;
  fell_asleep: string;
  woke_up: string;
  total_sleep_duration: number | null;
  deep_sleep_duration: number | null;
  rem_sleep_duration: number | null;
  average_hrv: number | null;
  lowest_heart_rate: number | null;
};

type Week = { week: string; sleep_score: number; readiness_score: number; steps: number };

/**
 * Last night and the week's averages, as lines for people; without what the configuration has no
 * columns for.
 */
export async function findings(db: Database, userId: string): Promise<string> {
  const [night] = await rowsOf<Night>(db, MAIN_NIGHT, userId);
  const weeks = await rowsOf<Week>(db, WEEK_AVERAGES, userId);
  const parts: string[] = [];
  if (night) parts.push(nightText(night));
  if (weeks.length > 0) {
    parts.push(textTable(
      ["", "sleep score", "readiness score", "steps a day"],
      weeks.map((week) => [week.week, week.sleep_score, week.readiness_score, week.steps]),
      ["left", "right", "right", "right"],
    ));
  }
  return parts.join("\n\n");
}

async function rowsOf<T extends Row>(db: Database, sql: string, userId: string): Promise<T[]> {
  try {
    return (await db.query<T>(sql, [userId])).rows;
  } catch (error) {
    if (hasSqlState(error, UNDEFINED_COLUMN)) return [];
    throw error;
  }
}

function nightText(night: Night): string {
  return [
    `Last night (${night.day}): ${hours(night.total_sleep_duration)} asleep`,
    `${clock(night.fell_asleep)} to ${clock(night.woke_up)}`,
    `${hours(night.deep_sleep_duration)} deep, ${hours(night.rem_sleep_duration)} REM`,
    `HRV ${night.average_hrv ?? "–"} ms, lowest heart rate ${night.lowest_heart_rate ?? "–"} bpm`,
  ].join(" · ");
}

function hours(seconds: number | null): string {
  if (seconds === null) return "–";
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** The time of day in a timestamp without zone. */
function clock(timestamp: string): string {
  return timestamp.slice(11, 16);
}
