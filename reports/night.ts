/** One night as its documents tell it: stages, heart rate, HRV and movement on one axis. */
import type { DaySpan } from "../lib/values/days.ts";
import { dailyValues } from "./daily_values.ts";
import { instantOf, numberOf, textOf } from "./fields.ts";
import type { Metric } from "./metrics.ts";
import { metricSources } from "./metrics.ts";
import { read, type Source, spanUntil } from "./source.ts";
import { type Maybe, type Usual, usualRange } from "./statistics.ts";
import { USUAL_DAYS } from "./trend.ts";

/** Values at a steady distance. */
export interface Samples<T> {
  /** ISO instant of the first. */
  readonly start: string;
  /** Seconds between two. */
  readonly every: number;
  readonly values: readonly (T | null)[];
}

/** A stage of sleep. */
export type Stage = "deep" | "light" | "rem" | "awake";

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

/** A figure of the night beside what is usual. */
export interface Vital {
  readonly metric: Metric;
  readonly value: Maybe;
  readonly usual: Usual | null;
}

/** What Oura changed since the night was first seen. */
export interface Revision {
  readonly replacedAt: string;
  readonly field: string;
  readonly before: string | number | null;
  readonly after: string | number | null;
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
    stages: raw && main ? stagesOf(raw, main) : null,
    heartRate: raw ? samplesOf(raw.heart_rate) : null,
    hrv: raw ? samplesOf(raw.hrv) : null,
    movement: raw && main ? movementOf(raw, main) : null,
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

interface RawNight {
  sleep_phase_30_sec?: unknown;
  sleep_phase_5_min?: unknown;
  movement_30_sec?: unknown;
  heart_rate?: unknown;
  hrv?: unknown;
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

const STAGES: Readonly<Record<string, Stage>> = {
  "1": "deep",
  "2": "light",
  "3": "rem",
  "4": "awake",
};

function stagesOf(raw: RawNight, { start }: Sleep): Samples<Stage> | null {
  const fine = raw.sleep_phase_30_sec;
  const phases = typeof fine === "string" && fine !== "" ? fine : raw.sleep_phase_5_min;
  if (typeof phases !== "string" || phases === "" || start === null) return null;
  const values = Array.from(phases, (code) => STAGES[code] ?? null);
  return { start, every: phases === fine ? 30 : 300, values };
}

function movementOf(raw: RawNight, { start }: Sleep): Samples<number> | null {
  const text = raw.movement_30_sec;
  if (typeof text !== "string" || text === "" || start === null) return null;
  return { start, every: 30, values: Array.from(text, (code) => Number(code) || null) };
}

/** Oura's `{interval, items, timestamp}`, where it is one. */
export function samplesOf(value: unknown): Samples<number> | null {
  if (typeof value !== "object" || value === null) return null;
  const { interval, items, timestamp } = value as Record<string, unknown>;
  if (typeof interval !== "number" || !Array.isArray(items)) return null;
  const at = typeof timestamp === "string" ? Date.parse(timestamp) : NaN;
  if (Number.isNaN(at)) return null;
  const values = items.map((item) => typeof item === "number" ? item : null);
  return values.every((item) => item === null)
    ? null
    : { start: new Date(at).toISOString(), every: interval, values };
}

/** Ids of the metrics at these paths, as far as columns are declared. */
export function idsOf(source: Source, paths: readonly string[]): string[] {
  const metrics = [...metricSources(source).values()];
  return paths.flatMap((path) => {
    const [typeName, ...rest] = path.split(".");
    const found = metrics.find(({ metric, type, series }) =>
      type.name === typeName && series === null &&
      type.columns.some(({ name, path }) =>
        metric.id === `${type.name}.${name}` && path.join(".") === rest.join(".")
      )
    );
    return found ? [found.metric.id] : [];
  });
}

function contributorsOf(source: Source, typeName: string): string[] {
  const columns = source.types.get(typeName)?.columns ?? [];
  return columns.filter(({ path }) => path[0] === "contributors")
    .map(({ name }) => `${typeName}.${name}`);
}

/** Figures of a day beside their usual range of the 60 days before. */
export async function vitalsOf(
  source: Source,
  day: string,
  ids: readonly string[],
): Promise<Vital[]> {
  const all = await dailyValues(source, ids, spanUntil(day, USUAL_DAYS + 1));
  return all.map(({ metric, values }) => ({
    metric,
    value: values.at(-1) ?? null,
    usual: usualRange(values.slice(0, -1)),
  }));
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

/** Fields of the document whose change a reader would want to know. */
const REVISED = [
  "type",
  "bedtime_start",
  "bedtime_end",
  "total_sleep_duration",
  "deep_sleep_duration",
  "rem_sleep_duration",
  "average_hrv",
  "lowest_heart_rate",
  "score",
  "steps",
  "temperature_deviation",
];

/** What of a document changed since it was first seen, the newest change first. */
export async function revisionsOf(
  source: Source,
  dataType: string,
  key: string,
): Promise<Revision[]> {
  const type = source.types.get(dataType);
  if (!type?.keepRaw) return [];
  const columns = REVISED.map((field, i) =>
    `d.document -> '${field}' AS b${i}, t.raw_data -> '${field}' AS a${i}`
  );
  const rows = await read<Record<string, unknown>>(
    source,
    `SELECT d.replaced_at, ${columns.join(", ")} FROM oura.document_revisions d
    JOIN oura."${dataType}" t ON t.user_id = d.user_id AND t.id = d.document_key
    WHERE d.user_id = $1 AND d.data_type = $2 AND d.document_key = $3
    ORDER BY d.replaced_at LIMIT 1`,
    dataType,
    key,
  );
  return rows.flatMap((row) =>
    REVISED.flatMap((field, i) => {
      const [before, after] = [plain(row[`b${i}`]), plain(row[`a${i}`])];
      const replacedAt = (row.replaced_at as Date).toISOString();
      return before === after ? [] : [{ replacedAt, field, before, after }];
    })
  );
}

function plain(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
