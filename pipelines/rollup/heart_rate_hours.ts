/**
 * The hourly roll-up of heart rate: minimum, maximum, sum and count per hour and source. Kept by
 * `sync`, so that a chart of ten years is drawn from 90,000 rows and not from millions.
 */
import type { PipelineType } from "../../config/model.ts";
import { addDays, type DaySpan, earlierDay, utcDay } from "../../lib/values/days.ts";
import type { Database, Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { INTEGER_LIMITS } from "../../lib/values/column_type.ts";
import { refreshHeartRateDays } from "./heart_rate_days.ts";

/** The data type that is rolled up. */
export const ROLLED_UP = "heart_rate";

/** A window's days are the wearer's, which begin and end up to 14 hours beside the UTC days. */
const BESIDE = 1;
const WEEK_MS = 7 * 86_400_000;
/** Days refreshed in one statement when history is filled. */
const CHUNK_DAYS = 60;

/**
 * Makes the hours of a span of days, and the days made of them, match the samples. Hours that are
 * right already are not written. Call it in the transaction that changed the samples.
 * @param type The data type as its table has it, for the column of the heart rate.
 */
export async function refreshHeartRateHours(
  tx: Queryable,
  type: PipelineType,
  userId: string,
  span: DaySpan,
): Promise<void> {
  const from = `${addDays(span.from, -BESIDE)}T00:00:00Z`;
  const to = `${addDays(span.to, BESIDE + 1)}T00:00:00Z`;
  await beginRollUp(tx, userId, from, to);
  await tx.query(refreshStatement(storedBpmOf(type)), [userId, from, to]);
  await refreshHeartRateDays(tx, userId, from, to);
}

/**
 * Locks the weeks of the span, and turns JIT off, until the transaction ends.
 *
 * Windows are loaded side by side. If two share a day, the second must see the rows of the first, so
 * it waits here until the first has committed. Those that share no week do not wait: each holds a
 * connection. The weeks are locked in their order, so that no two wait for each other.
 *
 * The planner expects thousands of samples in each hour. It would spend half a second on compiling a
 * statement that takes some milliseconds.
 */
async function beginRollUp(tx: Queryable, userId: string, from: string, to: string): Promise<void> {
  const week = (instant: number) => Math.floor(instant / WEEK_MS);
  await tx.query(
    `SELECT set_config('jit', 'off', true), pg_advisory_xact_lock(hashtextextended($1 || week, 0))
    FROM generate_series($2::int, $3::int) AS week`,
    [`${tx.schema}.${ROLLED_UP} ${userId} `, week(Date.parse(from)), week(Date.parse(to) - 1)],
  );
}

/**
 * SQL of the instant of the first sample that has an hour, and of the first hour, both null where
 * there is none. A sample that Oura deleted, or that has no heart rate, has no hour.
 */
export function firstInstants(type: PipelineType): { sample: string; hour: string } {
  return {
    sample: `(SELECT "timestamp" FROM oura.heart_rate WHERE user_id = $1 AND deleted_at IS NULL
      AND ${bpmOf(type)} IS NOT NULL ORDER BY "timestamp" LIMIT 1)`,
    hour: "(SELECT min(hour) FROM oura.heart_rate_hours WHERE user_id = $1)",
  };
}

/**
 * Fills the hours of samples that were stored before the roll-up existed. Costs two index look-ups
 * when there is nothing to fill.
 */
export async function fillHeartRateHours(
  db: Database,
  type: PipelineType,
  userId: string,
): Promise<void> {
  const { sample, hour } = firstInstants(type);
  const { rows: [ends] } = await db.query<{ first: Date | null; filled: Date | null }>(
    `SELECT ${sample} AS first, ${hour} AS filled`,
    [userId],
  );
  const { first, filled } = ends!;
  if (first === null || (filled !== null && filled <= first)) return;
  const end = utcDay(filled ?? new Date());
  // The newest chunk first: a run that is cut off goes on from there.
  for (let to = end; to >= utcDay(first); to = addDays(to, -CHUNK_DAYS)) {
    const from = addDays(to, 1 - CHUNK_DAYS);
    await db.transaction((tx) =>
      refreshHeartRateHours(tx, type, userId, { from: earlierDay(from, to), to })
    );
  }
}

/** The heart rate of a sample: its declared column, else the document. */
export function bpmOf(type: PipelineType): string {
  const column = type.columns.find(({ path }) => path.join(".") === "bpm");
  return column ? `${q(column.name)}::double precision` : `(raw_data->>'bpm')::double precision`;
}

/**
 * An hour as it was: workouts are sampled sixty times as densely as rest, so that a mean over single
 * samples would be that of the workouts. Each hour counts once.
 */
export const HOURLY = `hour, min(bpm_min)::double precision AS least,
  max(bpm_max)::double precision AS most, sum(bpm_sum) / sum(samples) AS mean,
  sum(samples) AS samples`;

/** The same as it is stored, where that is a whole number: such are added in less time. */
function storedBpmOf(type: PipelineType): string {
  const column = type.columns.find(({ path }) => path.join(".") === "bpm");
  return column && Object.hasOwn(INTEGER_LIMITS, column.type) ? q(column.name) : bpmOf(type);
}

/**
 * Reads each hour by itself from the index. Without statistics, which a new table lacks, the planner
 * expects a dozen samples in the span, and would sort all of them to group them by hour. For the same
 * reason `EXCEPT`: an anti-join with `fresh` would become a nested loop.
 */
function refreshStatement(bpm: string): string {
  return `WITH fresh AS MATERIALIZED (
  SELECT hours.start AS hour, source, least::real AS bpm_min, most::real AS bpm_max,
    total::double precision AS bpm_sum, samples::int
  FROM generate_series(
    $2::timestamptz, $3::timestamptz - interval '1 hour', interval '1 hour'
  ) AS hours(start) CROSS JOIN LATERAL (
    SELECT source, min(${bpm}) AS least, max(${bpm}) AS most, sum(${bpm}) AS total,
      count(${bpm}) AS samples
    FROM oura.heart_rate
    WHERE user_id = $1 AND deleted_at IS NULL
      AND "timestamp" >= hours.start AND "timestamp" < hours.start + interval '1 hour'
    GROUP BY source
  ) AS counted WHERE samples > 0
), removed AS (
  DELETE FROM oura.heart_rate_hours h USING (
    SELECT hour, source FROM oura.heart_rate_hours
    WHERE user_id = $1 AND hour >= $2::timestamptz AND hour < $3::timestamptz
    EXCEPT SELECT hour, source FROM fresh
  ) gone
  WHERE h.user_id = $1 AND h.hour = gone.hour AND h.source = gone.source
)
INSERT INTO oura.heart_rate_hours AS h (user_id, hour, source, bpm_min, bpm_max, bpm_sum, samples)
SELECT $1, hour, source, bpm_min, bpm_max, bpm_sum, samples FROM fresh
ON CONFLICT (user_id, hour, source) DO UPDATE SET bpm_min = excluded.bpm_min,
  bpm_max = excluded.bpm_max, bpm_sum = excluded.bpm_sum, samples = excluded.samples
WHERE (h.bpm_min, h.bpm_max, h.bpm_sum, h.samples)
  IS DISTINCT FROM (excluded.bpm_min, excluded.bpm_max, excluded.bpm_sum, excluded.samples)`;
}
