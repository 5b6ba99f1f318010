/** One night as its documents tell it: stages, heart rate, HRV and movement on one axis. */
import type { DaySpan } from "../../lib/values/days.ts";
import { instantOf, numberOf, textOf } from "../metrics/fields.ts";
import { type Revision, revisionsOf } from "./revisions.ts";
import {
  movementOf,
  type RawNight,
  type Samples,
  samplesOf,
  type Stage,
  stagesOf,
} from "../metrics/samples.ts";
import { read, type Source } from "../metrics/source.ts";
import { idsOf, type Vital, vitalsOf } from "./vitals.ts";

/** A sleep of a day. Durations are in seconds. */
export interface Sleep {
  readonly id: string;
  readonly type: string | null;
  readonly start: string | null;
  /** Null while it goes on. */
  readonly end: string | null;
  readonly offsetSeconds: number;
  readonly inBed: number | null;
  readonly asleep: number | null;
  readonly deep: number | null;
  readonly light: number | null;
  readonly rem: number | null;
  readonly awake: number | null;
  readonly latency: number | null;
  readonly efficiency: number | null;
  readonly restless: number | null;
  readonly averageHeartRate: number | null;
  readonly lowestHeartRate: number | null;
  readonly hrv: number | null;
  readonly breath: number | null;
  readonly algorithm: string | null;
}

/** The view model. */
export interface Night {
  readonly day: string;
  readonly previous: string | null;
  readonly next: string | null;
  /** The main night; null where there is none. */
  readonly main: Sleep | null;
  readonly stages: Samples<Stage> | null;
  readonly heartRate: Samples<number> | null;
  readonly hrv: Samples<number> | null;
  /** 1 none, 2 restless, 3 tossing, 4 active. */
  readonly movement: Samples<number> | null;
  readonly vitals: readonly Vital[];
  readonly contributors: readonly Vital[];
  /** Naps and rests of the day, which the figures of the night leave out. */
  readonly others: readonly Sleep[];
  readonly revisions: readonly Revision[];
}

/** Vital signs of a night, by data type and path. */
const VITALS = [
  "sleep.total_sleep_duration",
  "sleep.deep_sleep_duration",
  "sleep.light_sleep_duration",
  "sleep.rem_sleep_duration",
  "sleep.awake_time",
  "sleep.latency",
  "sleep.efficiency",
  "sleep.lowest_heart_rate",
  "sleep.average_heart_rate",
  "sleep.average_hrv",
  "sleep.average_breath",
  "daily_spo2.spo2_percentage.average",
  "daily_readiness.temperature_deviation",
  "daily_sleep.score",
];

/** The main night of a day and its stages alone. */
export async function nightShape(
  source: Source,
  day: string,
): Promise<Pick<Night, "main" | "stages">> {
  const main = mainOf(await sleepsOf(source, { from: day, to: day }));
  const raw = main ? await rawOf(source, main.id) : null;
  return { main, stages: raw && main ? stagesOf(raw, main.start) : null };
}

/** Reads the night that ended on a day. */
export async function night(source: Source, day: string): Promise<Night> {
  const sleeps = await sleepsOf(source, { from: day, to: day });
  const main = mainOf(sleeps);
  const raw = main ? await rawOf(source, main.id) : null;
  const around = await neighbours(source, day);
  return {
    day,
    ...around,
    main,
    stages: raw && main ? stagesOf(raw, main.start) : null,
    heartRate: raw ? samplesOf(raw.heart_rate) : null,
    hrv: raw ? samplesOf(raw.hrv) : null,
    movement: raw && main ? movementOf(raw, main.start) : null,
    vitals: await vitalsOf(source, day, idsOf(source, VITALS)),
    contributors: await vitalsOf(source, day, contributorsOf(source, "daily_sleep")),
    others: sleeps.filter((sleep) => sleep !== main && sleep.type !== "deleted"),
    revisions: main ? await revisionsOf(source, "sleep", main.id) : [],
  };
}

/** The long sleep with the longest total sleep. */
export function mainOf(sleeps: readonly Sleep[]): Sleep | null {
  const long = sleeps.filter(({ type }) => type === "long_sleep");
  return long.toSorted((a, b) =>
    (b.asleep ?? -1) - (a.asleep ?? -1) || (a.id < b.id ? -1 : 1)
  )[0] ?? null;
}

/** All sleeps of some days, deleted ones too, in the order they began. */
export async function sleepsOf(
  source: Source,
  span: DaySpan,
): Promise<(Sleep & { day: string })[]> {
  const number = (path: string) => numberOf(source, "sleep", path);
  const rows = await read<Record<string, unknown>>(
    source,
    `SELECT t.id, t.day, ${textOf(source, "sleep", "type")} AS type,
      ${instantOf(source, "sleep", "bedtime_start")} AS start,
      ${instantOf(source, "sleep", "bedtime_end")} AS end,
      coalesce(extract(epoch FROM t.utc_offset), 0)::double precision AS "offsetSeconds",
      ${number("time_in_bed")} AS "inBed", ${number("total_sleep_duration")} AS asleep,
      ${number("deep_sleep_duration")} AS deep, ${number("light_sleep_duration")} AS light,
      ${number("rem_sleep_duration")} AS rem, ${number("awake_time")} AS awake,
      ${number("latency")} AS latency, ${number("efficiency")} AS efficiency,
      ${number("restless_periods")} AS restless,
      ${number("average_heart_rate")} AS "averageHeartRate",
      ${number("lowest_heart_rate")} AS "lowestHeartRate", ${number("average_hrv")} AS hrv,
      ${number("average_breath")} AS breath,
      ${textOf(source, "sleep", "sleep_algorithm_version")} AS algorithm
    FROM oura.sleep t WHERE t.user_id = $1 AND t.deleted_at IS NULL
      AND t.day BETWEEN $2::date AND $3::date ORDER BY start, t.id`,
    span.from,
    span.to,
  );
  return rows.map((row) => ({
    ...row as unknown as Sleep & { day: string },
    start: (row.start as Date | null)?.toISOString() ?? null,
    end: (row.end as Date | null)?.toISOString() ?? null,
  }));
}

/** The samples of a night are read from the document: whether a series is declared plays no part. */
async function rawOf(source: Source, id: string): Promise<RawNight | null> {
  const rows = await read<{ raw_data: RawNight | null }>(
    source,
    "SELECT raw_data FROM oura.sleep WHERE user_id = $1 AND id = $2",
    id,
  );
  return rows[0]?.raw_data ?? null;
}

function contributorsOf(source: Source, typeName: string): string[] {
  const columns = source.types.get(typeName)?.columns ?? [];
  return columns.filter(({ path }) => path[0] === "contributors")
    .map(({ name }) => `${typeName}.${name}`);
}

async function neighbours(source: Source, day: string) {
  const rows = await read<{ previous: string | null; next: string | null }>(
    source,
    `SELECT max(t.day) FILTER (WHERE t.day < $2::date) AS previous,
      min(t.day) FILTER (WHERE t.day > $2::date) AS next
    FROM oura.sleep t WHERE t.user_id = $1 AND t.deleted_at IS NULL
      AND ${textOf(source, "sleep", "type")} = 'long_sleep'
      AND t.day BETWEEN $2::date - 400 AND $2::date + 400`,
    day,
  );
  return { previous: rows[0]?.previous ?? null, next: rows[0]?.next ?? null };
}
