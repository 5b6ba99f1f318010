/**
 * Ten years of one wearer: every type as the simulator tells it, and a million samples of heart
 * rate. What the page is measured on.
 */
import type { Pipeline } from "../config/model.ts";
import type { Database } from "../lib/db/driver/database.ts";
import { migrate } from "../lib/db/migrate/migrate.ts";
import { fillHeartRateHours } from "../pipelines/rollup/heart_rate_hours.ts";
import { WEARER, withPageWorld } from "../tests/support/page_world.ts";

/** Days of history. */
const TEN_YEARS = 3_653;
/** Days of heart rate that are synced; the years before are copies of them. */
const HEART_DAYS = 90;
/** Of the copies every fourth sample is kept: about one in five minutes, as a ring at rest has. */
const KEPT = 4;

/** Makes the tables and fills them; a few minutes, most of them for the MET of every minute. */
export async function fillTenYears(db: Database): Promise<Pipeline> {
  await migrate(db);
  let filled: Pipeline | undefined;
  await withPageWorld(db, { days: TEN_YEARS, heartDays: HEART_DAYS }, async ({ pipeline }) => {
    await repeatHeartRate(db, pipeline);
    filled = pipeline;
  });
  await db.exec("ANALYZE");
  return filled!;
}

async function repeatHeartRate(db: Database, pipeline: Pipeline): Promise<void> {
  const copies = Math.floor(TEN_YEARS / HEART_DAYS) - 1;
  for (let copy = 1; copy <= copies; copy++) {
    await db.query(
      `INSERT INTO oura.heart_rate (user_id, "timestamp", source, bpm, raw_data)
      SELECT user_id, "timestamp" - $2::int * interval '24 hours', source, bpm, raw_data
      FROM (
        SELECT *, row_number() OVER (ORDER BY "timestamp") AS place FROM oura.heart_rate
        WHERE user_id = $1 AND "timestamp" >= (
          SELECT max("timestamp") - $3::int * interval '24 hours' FROM oura.heart_rate
          WHERE user_id = $1
        )
      ) AS newest WHERE place % $4::int = 0 ON CONFLICT DO NOTHING`,
      [WEARER, copy * HEART_DAYS, HEART_DAYS, KEPT],
    );
  }
  const type = pipeline.types.find(({ name }) => name === "heart_rate")!;
  await fillHeartRateHours(db, type, WEARER);
}
