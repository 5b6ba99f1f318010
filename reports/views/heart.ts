/** Heart rate of any span, from an hour to ten years, in as many buckets as a chart is wide. */
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { daysBetween, type DaySpan, utcDay } from "../../lib/values/days.ts";
import { bpmOf, HOURLY } from "../../pipelines/rollup/heart_rate_hours.ts";
import { offsetRuns, offsetsOf } from "../metrics/local_time.ts";
import { type Workout, workoutsOf } from "../metrics/marks.ts";
import { mainOf, type Sleep, sleepsOf } from "./night.ts";
import { daysOf, read, type Source } from "../metrics/source.ts";

/** Buckets at most, whatever is asked. */
export const MOST_BUCKETS = 2_000;
/** Longer spans come without workouts and nights. */
const MARKED_DAYS = 90;
const HOUR = 3_600;

/** Which heart rate. */
export interface HeartQuery {
  readonly from: Date;
  readonly to: Date;
  /** Buckets wanted. */
  readonly width: number;
  /** Only samples of these sources; all when empty. */
  readonly sources?: readonly string[];
}

/** The view model; the lists have an item for each bucket that has samples. */
export interface Heart {
  readonly from: string;
  readonly to: string;
  /** Seconds a bucket is wide. */
  readonly every: number;
  /** Whether it comes from the hourly roll-up. */
  readonly rolledUp: boolean;
  /** Unix seconds of each bucket's start. */
  readonly at: readonly number[];
  readonly min: readonly number[];
  readonly mean: readonly number[];
  readonly max: readonly number[];
  readonly count: readonly number[];
  /** How many samples each source has in the span. */
  readonly sources: Readonly<Record<string, number>>;
  /** Offsets of the wearer, by days. */
  readonly offsets: readonly { from: string; to: string; seconds: number }[];
  /** Workouts and main nights, in spans of at most 90 days. */
  readonly workouts: readonly Workout[];
  readonly nights: readonly Pick<Sleep, "start" | "end">[];
}

interface Bucket extends Record<string, unknown> {
  place: number;
  least: number;
  mean: number;
  most: number;
  samples: number;
}

/** Reads the heart rate of a span. */
export async function heart(source: Source, query: HeartQuery): Promise<Heart> {
  const seconds = (query.to.getTime() - query.from.getTime()) / 1000;
  const width = Math.max(1, Math.min(query.width, MOST_BUCKETS));
  // A bucket of an hour or more needs no single samples.
  const rolledUp = seconds / width >= HOUR && await isFilled(source);
  const least = rolledUp ? HOUR : 1;
  const every = Math.max(least, Math.ceil(seconds / width / least) * least);
  const origin = Math.floor(query.from.getTime() / 1000 / every) * every;
  const buckets = await bucketsOf(source, query, rolledUp, origin, every);
  const span = daySpanOf(source, query);
  const short = daysBetween(span.from, span.to) <= MARKED_DAYS;
  const sleeps = short && source.types.has("sleep") ? await sleepsOf(source, span) : [];
  return {
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    every,
    rolledUp,
    at: buckets.map(({ place }) => origin + place * every),
    min: buckets.map(({ least }) => least),
    mean: buckets.map(({ mean }) => Math.round(mean * 10) / 10),
    max: buckets.map(({ most }) => most),
    count: buckets.map(({ samples }) => samples),
    sources: await sourcesOf(source, query),
    offsets: offsetRuns(await offsetsOf(source, daysOf(span))),
    workouts: short ? await workoutsOf(source, span) : [],
    nights: [...Map.groupBy(sleeps, ({ day }) => day).values()].flatMap((sleeps) => {
      const main = mainOf(sleeps);
      return main ? [{ start: main.start, end: main.end }] : [];
    }),
  };
}

/** The roll-up answers only where it reaches back as far as the samples. */
async function isFilled(source: Source): Promise<boolean> {
  const rows = await read<{ filled: boolean | null }>(
    source,
    `SELECT (SELECT min(hour) FROM oura.heart_rate_hours WHERE user_id = $1)
      <= (SELECT min("timestamp") FROM oura.heart_rate WHERE user_id = $1) AS filled`,
  );
  return rows[0]?.filled === true;
}

function bucketsOf(
  source: Source,
  query: HeartQuery,
  rolledUp: boolean,
  origin: number,
  every: number,
): Promise<Bucket[]> {
  const type = source.types.get("heart_rate");
  if (!type) return Promise.resolve([]);
  const instant = rolledUp ? "hour" : `"timestamp"`;
  const bpm = bpmOf(type);
  const figures = rolledUp
    ? `min(least) AS least, max(most) AS most, avg(mean) AS mean, sum(samples)::int AS samples`
    : `min(${bpm}) AS least, max(${bpm}) AS most, avg(${bpm}) AS mean, count(${bpm})::int AS samples`;
  // Dividing the epoch works on every version; date_bin needs PostgreSQL 14.
  return read<Bucket>(
    source,
    `SELECT floor((extract(epoch FROM ${instant}) - $2::double precision)
        / $3::double precision)::int AS place, ${figures}
    FROM (
      SELECT ${rolledUp ? HOURLY : "*"}
      FROM oura.${q(rolledUp ? "heart_rate_hours" : "heart_rate")}
      WHERE user_id = $1 AND ${instant} >= $4::timestamptz AND ${instant} < $5::timestamptz
        ${rolledUp ? "" : `AND deleted_at IS NULL AND ${bpm} IS NOT NULL`}
        AND (cardinality($6::text[]) = 0 OR source = ANY ($6::text[]))
      ${rolledUp ? "GROUP BY hour" : ""}
    ) AS found GROUP BY 1 ORDER BY 1`,
    origin,
    every,
    query.from,
    query.to,
    query.sources ?? [],
  );
}

async function sourcesOf(
  source: Source,
  { from, to }: HeartQuery,
): Promise<Record<string, number>> {
  const rows = await read<{ source: string; samples: number }>(
    source,
    `SELECT source, sum(samples)::int AS samples FROM oura.heart_rate_hours
    WHERE user_id = $1 AND hour >= $2::timestamptz - interval '1 hour' AND hour < $3::timestamptz
    GROUP BY source ORDER BY samples DESC`,
    from,
    to,
  );
  return Object.fromEntries(rows.map(({ source, samples }) => [source, samples]));
}

function daySpanOf(source: Source, { from, to }: HeartQuery): DaySpan {
  const local = (instant: Date) =>
    utcDay(new Date(instant.getTime() + source.offsetSeconds * 1000));
  return { from: local(from), to: local(to) };
}
