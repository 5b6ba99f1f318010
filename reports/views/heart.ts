/** Heart rate of any span, from an hour to ten years, in as many buckets as a chart is wide. */
import type { PipelineType } from "../../config/model.ts";
import { daysBetween, type DaySpan, utcDay } from "../../lib/values/days.ts";
import { ALL_SOURCES } from "../../pipelines/rollup/heart_rate_days.ts";
import { bpmOf, firstInstants, HOURLY } from "../../pipelines/rollup/heart_rate_hours.ts";
import { offsetRuns, offsetsOf } from "../metrics/local_time.ts";
import { type Workout, workoutsOf } from "../metrics/marks.ts";
import { mainOf, type Sleep, sleepsOf } from "./night.ts";
import { daysOf, read, type Source } from "../metrics/source.ts";

/** Buckets at most, whatever is asked. */
export const MOST_BUCKETS = 2_000;
/** Longer spans come without workouts and nights. */
const MARKED_DAYS = 90;
const HOUR = 3_600;
const DAY = 86_400;

/** What buckets are made of: samples, or a roll-up where no bucket is narrower than its rows. */
type Grain = "sample" | "hour" | "day";
/** Seconds that buckets are whole multiples of. */
const STEPS: Readonly<Record<Grain, number>> = { sample: 1, hour: HOUR, day: DAY };

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
  /** What it was made of. */
  readonly grain: Grain;
  /** Unix seconds of each bucket's start. */
  readonly at: readonly number[];
  readonly min: readonly number[];
  /** The middle half lies between them: of the samples, in a roll-up of the hours' means. */
  readonly low: readonly number[];
  readonly high: readonly number[];
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
  low: number;
  mean: number;
  high: number;
  most: number;
  samples: number;
}

/** Reads the heart rate of a span. */
export async function heart(source: Source, query: HeartQuery): Promise<Heart> {
  const seconds = (query.to.getTime() - query.from.getTime()) / 1000;
  const width = Math.max(1, Math.min(query.width, MOST_BUCKETS));
  const grain = await grainOf(source, query, seconds / width);
  const step = STEPS[grain];
  const every = Math.max(step, Math.ceil(seconds / width / step) * step);
  const origin = Math.floor(query.from.getTime() / 1000 / every) * every;
  const buckets = await bucketsOf(source, query, grain, origin, every);
  const span = daySpanOf(source, query);
  const short = daysBetween(span.from, span.to) <= MARKED_DAYS;
  const sleeps = short && source.types.has("sleep") ? await sleepsOf(source, span) : [];
  return {
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    every,
    grain,
    at: buckets.map(({ place }) => origin + place * every),
    min: buckets.map(({ least }) => least),
    low: buckets.map(({ low }) => tenth(low)),
    high: buckets.map(({ high }) => tenth(high)),
    mean: buckets.map(({ mean }) => tenth(mean)),
    max: buckets.map(({ most }) => most),
    count: buckets.map(({ samples }) => samples),
    sources: await sourcesOf(source, query, grain),
    offsets: offsetRuns(await offsetsOf(source, daysOf(span))),
    workouts: short ? await workoutsOf(source, span) : [],
    nights: [...Map.groupBy(sleeps, ({ day }) => day).values()].flatMap((sleeps) => {
      const main = mainOf(sleeps);
      return main ? [{ start: main.start, end: main.end }] : [];
    }),
  };
}

const tenth = (value: number) => Math.round(value * 10) / 10;

/** A bucket of an hour or a day needs no single samples, where the roll-up reaches back to them. */
async function grainOf(source: Source, query: HeartQuery, seconds: number): Promise<Grain> {
  const type = source.types.get("heart_rate");
  if (!type || seconds < HOUR) return "sample";
  const { sample, hour } = firstInstants(type);
  const rows = await read<{ filled: boolean | null }>(
    source,
    `SELECT ${hour} <= ${sample} AS filled`,
  );
  if (rows[0]?.filled !== true) return "sample";
  // Days are kept for each source and for all, not for some of them together.
  return seconds >= DAY && (query.sources?.length ?? 0) < 2 ? "day" : "hour";
}

async function bucketsOf(
  source: Source,
  query: HeartQuery,
  grain: Grain,
  origin: number,
  every: number,
): Promise<Bucket[]> {
  const type = source.types.get("heart_rate");
  if (!type) return [];
  const params = [origin, every, query.from, query.to];
  const sources = query.sources ?? [];
  return grain === "day"
    ? await read<Bucket>(source, OF_DAYS, ...params, sources[0] ?? ALL_SOURCES)
    : await read<Bucket>(source, grain === "hour" ? OF_HOURS : ofSamples(type), ...params, sources);
}

/**
 * The place of an instant among the buckets. Dividing the epoch works on every version; date_bin
 * needs PostgreSQL 14, and `extract` is numeric from there on, which takes twice as long.
 */
const placeOf = (instant: string) =>
  `floor((date_part('epoch', ${instant}) - $2::double precision) / $3::double precision)::int`;

const middleHalf = (value: string) =>
  `percentile_cont(0.25) WITHIN GROUP (ORDER BY ${value}) AS low,
    percentile_cont(0.75) WITHIN GROUP (ORDER BY ${value}) AS high`;

const CHOSEN = "(cardinality($6::text[]) = 0 OR source = ANY ($6::text[]))";

/** At the ends of the span whole days are counted in. */
const OF_DAYS = `SELECT ${
  placeOf("day::timestamp")
} AS place, min(bpm_min)::double precision AS least,
    max(bpm_max)::double precision AS most, sum(mean_sum) / sum(hours) AS mean,
    sum(mean_low * hours) / sum(hours) AS low, sum(mean_high * hours) / sum(hours) AS high,
    sum(samples)::int AS samples
  FROM oura.heart_rate_days
  WHERE user_id = $1 AND source = $6
    AND day >= ($4::timestamptz AT TIME ZONE 'UTC')::date
    AND day <= ($5::timestamptz AT TIME ZONE 'UTC')::date
  GROUP BY 1 ORDER BY 1`;

const OF_HOURS = `SELECT ${placeOf("hour")} AS place, min(least) AS least, max(most) AS most,
    avg(mean) AS mean, ${middleHalf("mean")}, sum(samples)::int AS samples
  FROM (
    SELECT ${HOURLY} FROM oura.heart_rate_hours
    WHERE user_id = $1 AND hour >= $4::timestamptz AND hour < $5::timestamptz AND ${CHOSEN}
    GROUP BY hour
  ) AS hours GROUP BY 1 ORDER BY 1`;

function ofSamples(type: PipelineType): string {
  const bpm = bpmOf(type);
  return `SELECT ${placeOf('"timestamp"')} AS place, min(${bpm}) AS least, max(${bpm}) AS most,
    avg(${bpm}) AS mean, ${middleHalf(bpm)}, count(*)::int AS samples
  FROM oura.heart_rate
  WHERE user_id = $1 AND "timestamp" >= $4::timestamptz AND "timestamp" < $5::timestamptz
    AND deleted_at IS NULL AND ${bpm} IS NOT NULL AND ${CHOSEN}
  GROUP BY 1 ORDER BY 1`;
}

async function sourcesOf(
  source: Source,
  { from, to }: HeartQuery,
  grain: Grain,
): Promise<Record<string, number>> {
  const rows = await read<{ source: string; samples: number }>(
    source,
    grain === "day"
      ? `SELECT source, sum(samples)::int AS samples FROM oura.heart_rate_days
        WHERE user_id = $1 AND source <> '${ALL_SOURCES}'
          AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date
          AND day <= ($3::timestamptz AT TIME ZONE 'UTC')::date
        GROUP BY source ORDER BY samples DESC`
      : `SELECT source, sum(samples)::int AS samples FROM oura.heart_rate_hours
        WHERE user_id = $1 AND hour >= $2::timestamptz - interval '1 hour'
          AND hour < $3::timestamptz
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
