/**
 * The metrics: every declared column that holds a number, a time of day or an ordered level is one,
 * and so is every series of numbers. A column added to `oura.yaml` is a metric once it is applied.
 */
import type { Column, PipelineType, Series } from "../../config/model.ts";
import { findDataType } from "../../lib/oura/catalog/index.ts";
import { type CatalogField, fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { isTimeKey } from "../../config/key.ts";
import { numberOfColumn } from "./fields.ts";
import { LEVELS, METRIC_NAMES, nameOfColumn } from "./metric_names.ts";
import type { Source } from "./source.ts";

/**
 * How a value is read.
 * - `score`: points from 1 to 100
 * - `duration`: seconds
 * - `distance`: metres
 * - `clock`: hours from the midnight the day begins with; negative before it
 * - `flag`: 0 or 1
 * - `level`: the place of a text among `levels`
 * - `count`, `number`: as it is
 */
export type MetricKind =
  | "score"
  | "duration"
  | "distance"
  | "clock"
  | "flag"
  | "level"
  | "count"
  | "number";

/** The family a metric belongs to, which is also its colour. */
export type MetricGroup = "sleep" | "readiness" | "activity" | "heart" | "hrv" | "body" | "other";

/** How the values of a day become one. */
export type Daily = "main night" | "latest" | "sum" | "mean" | "lowest";

/** Something that can be drawn over days. */
export interface Metric {
  /** `sleep.average_hrv`; of a series its table: `series.sleep_hrv`. */
  readonly id: string;
  readonly dataType: string;
  readonly name: string;
  readonly unit: string | null;
  readonly kind: MetricKind;
  readonly levels: readonly string[] | null;
  readonly decimals: number;
  readonly group: MetricGroup;
  readonly daily: Daily;
  /** What it means, from the catalog. */
  readonly meaning: string | null;
}

/** A metric with where its values are. */
export interface MetricSource {
  readonly metric: Metric;
  readonly type: PipelineType;
  /** SQL of the value in the row `t`; of a series in its own row. */
  readonly value: string;
  readonly series: Series | null;
}

const catalogs = new WeakMap<Source["types"], ReadonlyMap<string, MetricSource>>();

/** All metrics of a wearer's tables by id, the most asked for first. */
export function metricSources(source: Source): ReadonlyMap<string, MetricSource> {
  const cached = catalogs.get(source.types);
  if (cached) return cached;
  const all = [...source.types.values()].flatMap((type) => metricsOf(type));
  const rank = ({ metric }: MetricSource) => {
    const at = Object.keys(METRIC_NAMES).indexOf(nameKey(metric.id, all));
    return at < 0 ? Number.MAX_SAFE_INTEGER : at;
  };
  const sorted = all.map((one) => ({ one, rank: rank(one) }))
    .toSorted((a, b) => a.rank - b.rank).map(({ one }) => [one.metric.id, one] as const);
  const metrics = new Map(sorted);
  catalogs.set(source.types, metrics);
  return metrics;
}

function nameKey(id: string, all: readonly MetricSource[]): string {
  const found = all.find(({ metric }) => metric.id === id)!;
  const [, column] = id.split(".");
  const path = found.type.columns.find(({ name }) => name === column)?.path.join(".");
  return `${found.type.name}.${path ?? column}`;
}

function metricsOf(type: PipelineType): MetricSource[] {
  if (type.day === null && !isTimeKey(type.key)) return [];
  const known = findDataType(type.name);
  const fields = known ? fieldsOf(known) : null;
  const columns = type.columns.flatMap((column) => {
    const found = ofColumn(type, column, fields?.get(column.path.join(".")));
    return found ? [found] : [];
  });
  const series = type.series.filter(({ shape }) => shape !== "string")
    .map((one) => ofSeries(type, one, fields?.get(one.path.join("."))));
  return [...columns, ...derived(type), ...series];
}

function ofColumn(
  type: PipelineType,
  column: Column,
  field: CatalogField | undefined,
): MetricSource | null {
  const key = `${type.name}.${column.path.join(".")}`;
  const levels = column.type === "text" ? LEVELS[key] ?? null : null;
  const clock = column.type === "timestamptz" && type.name === "sleep";
  const value = levels
    ? levelSql(column, levels)
    : clock
    ? clockSql(`t."${column.name.replaceAll('"', '""')}"`)
    : numberOfColumn(column);
  if (value === null) return null;
  const named = METRIC_NAMES[key];
  const unit = named?.unit ?? field?.unit ?? null;
  const kind: MetricKind = levels
    ? "level"
    : clock
    ? "clock"
    : column.type === "boolean"
    ? "flag"
    : named?.kind ?? (unit === "s" || column.type === "interval"
      ? "duration"
      : /contributors/.test(key)
      ? "score"
      : "number");
  return {
    metric: {
      id: `${type.name}.${column.name}`,
      dataType: type.name,
      name: named?.name ?? nameOfColumn(column.name),
      unit: unitOf(kind, unit),
      kind,
      levels,
      decimals: named?.decimals ?? (column.type === "double precision" ? 1 : 0),
      group: groupOf(type.name, column.path.join(".")),
      daily: dailyOf(type, column),
      meaning: field?.description ?? column.description,
    },
    type,
    value,
    series: null,
  };
}

function unitOf(kind: MetricKind, unit: string | null): string | null {
  if (kind === "duration") return "s";
  if (kind === "distance") return "m";
  return kind === "clock" || kind === "level" || kind === "flag" ? null : unit;
}

function ofSeries(
  type: PipelineType,
  series: Series,
  field: CatalogField | undefined,
): MetricSource {
  const path = series.path.join(".");
  return {
    metric: {
      id: `series.${series.name}`,
      dataType: type.name,
      name: METRIC_NAMES[`${type.name}.${path}`]?.name ??
        `${nameOfColumn(series.name)}, mean of samples`,
      unit: field?.unit ?? (path === "met" ? "MET" : null),
      kind: "number",
      levels: null,
      decimals: 1,
      group: groupOf(type.name, path),
      daily: type.name === "sleep" ? "main night" : "mean",
      meaning: field?.description ?? null,
    },
    type,
    value: "s.value",
    series,
  };
}

/** What no column holds but every reader asks for. */
function derived(type: PipelineType): MetricSource[] {
  const base = { dataType: type.name, levels: null, decimals: 0 } as const;
  if (type.name === "sleep") {
    const at = (path: string) => type.columns.find((column) => column.path.join(".") === path);
    const [start, end] = [at("bedtime_start"), at("bedtime_end")];
    if (start?.type !== "timestamptz" || end?.type !== "timestamptz") return [];
    const [from, to] = [`t."${start.name}"`, `t."${end.name}"`];
    return [{
      metric: {
        ...base,
        id: "sleep.midpoint",
        name: "Midpoint of the night",
        unit: null,
        kind: "clock",
        group: "sleep",
        daily: "main night",
        meaning: "Halfway between going to bed and getting up, by the wearer's clock.",
      },
      type,
      value: clockSql(`${from} + (${to} - ${from}) / 2`),
      series: null,
    }];
  }
  if (type.name !== "workout") return [];
  return [{
    metric: {
      ...base,
      id: "workout.count",
      name: "Workouts",
      unit: null,
      kind: "count",
      group: "activity",
      daily: "sum",
      meaning: "How many workouts the day had.",
    },
    type,
    value: "1::double precision",
    series: null,
  }];
}

/** Hours from the midnight of `day` by the wearer's clock. */
function clockSql(instant: string): string {
  return `(extract(epoch FROM (${instant}) AT TIME ZONE t.utc_offset - t.day::timestamp) / 3600)` +
    "::double precision";
}

function levelSql(column: Column, levels: readonly string[]): string {
  const places = levels.map((level, place) => `WHEN '${level}' THEN ${place + 1}`).join(" ");
  return `CASE t."${column.name}" ${places} END::double precision`;
}

function dailyOf(type: PipelineType, column: Column): Daily {
  if (type.name === "sleep") return "main night";
  if (type.name === "ring_battery_level") return "lowest";
  if (isTimeKey(type.key)) return "mean";
  if (type.name.startsWith("daily_") || type.name === "sleep_time") return "latest";
  if (type.name === "workout") {
    return /calories|distance|duration/.test(column.path.join(".")) ? "sum" : "mean";
  }
  return "mean";
}

function groupOf(type: string, path: string): MetricGroup {
  if (/hrv|heart_rate_variability/.test(path)) return "hrv";
  if (/heart_rate/.test(path) && type !== "daily_readiness") return "heart";
  if (/temperature|breath|spo2|vascular|pulse_wave|vo2|weight/.test(path)) return "body";
  switch (type) {
    case "sleep":
    case "daily_sleep":
    case "sleep_time":
      return "sleep";
    case "daily_readiness":
      return "readiness";
    case "daily_activity":
    case "workout":
      return "activity";
    case "heart_rate":
      return "heart";
    case "daily_stress":
    case "daily_resilience":
    case "session":
      return "hrv";
    case "daily_spo2":
    case "vo2_max":
    case "daily_cardiovascular_age":
      return "body";
    default:
      return "other";
  }
}
