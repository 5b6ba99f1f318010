/** A long span at a glance: a metric in a calendar, every night from bed to wake, and records. */
import type { DaySpan } from "../../lib/values/days.ts";
import { dailyValues, mainNights } from "../metrics/daily_values.ts";
import { instantOf } from "../metrics/fields.ts";
import type { Metric } from "../metrics/metrics.ts";
import { idsOf } from "./vitals.ts";
import { isPartial } from "../metrics/partial.ts";
import { daysOf, read, type Source } from "../metrics/source.ts";
import { type Maybe, meanClock, quantile } from "../metrics/statistics.ts";

/** A night in hours from the midnight of its day by the wearer's clock; negative before it. */
export interface NightBar {
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

/** The best, or the least, of something. */
export interface PersonalRecord {
  readonly metric: Metric;
  readonly kind: "most" | "least";
  readonly day: string;
  readonly value: number;
}

/** The view model. */
export interface Year {
  readonly span: DaySpan;
  readonly metric: Metric | null;
  /** A value for each day of the span. */
  readonly values: readonly Maybe[];
  /** Where the colours of the calendar end: the 5th and 95th percentile. */
  readonly scale: { readonly low: number; readonly high: number } | null;
  readonly nights: readonly NightBar[];
  readonly regularity: Regularity | null;
  readonly records: readonly PersonalRecord[];
}

/** How alike the nights are. Clock times are hours of the day. */
export interface Regularity {
  readonly bedtime: number;
  readonly wakeUp: number;
  /** Hours that hold the middle 70 % of the bedtimes and wake-ups. */
  readonly bedtimeSpread: number;
  readonly wakeUpSpread: number;
  readonly nights: number;
}

const RECORDS: readonly [string, PersonalRecord["kind"]][] = [
  ["daily_sleep.score", "most"],
  ["daily_readiness.score", "most"],
  ["daily_activity.steps", "most"],
  ["sleep.total_sleep_duration", "most"],
  ["sleep.deep_sleep_duration", "most"],
  ["sleep.average_hrv", "most"],
  ["sleep.lowest_heart_rate", "least"],
  ["daily_activity.active_calories", "most"],
];

/** Reads a year, or any other span. */
export async function year(
  source: Source,
  span: DaySpan,
  metricId: string,
): Promise<Year> {
  const [line] = await dailyValues(source, [metricId], span);
  const there = (line?.values ?? []).filter((value) => value !== null);
  const nights = await nightBars(source, span);
  return {
    span,
    metric: line?.metric ?? null,
    values: line?.values ?? [],
    scale: there.length === 0
      ? null
      : { low: quantile(there, 0.05)!, high: quantile(there, 0.95)! },
    nights,
    regularity: regularityOf(nights),
    records: await recordsOf(source, span),
  };
}

/** The main nights of a span. */
export async function nightBars(source: Source, span: DaySpan): Promise<NightBar[]> {
  const hours = (instant: string) =>
    `(extract(epoch FROM (${instant}) AT TIME ZONE t.utc_offset - t.day::timestamp) / 3600)` +
    "::double precision";
  const rows = await read<{ day: string; from: number | null; to: number | null }>(
    source,
    mainNights(
      source,
      `${hours(instantOf(source, "sleep", "bedtime_start"))} AS "from",
      ${hours(instantOf(source, "sleep", "bedtime_end"))} AS "to"`,
    ),
    span.from,
    span.to,
  );
  return rows.flatMap(({ day, from, to }) =>
    from === null || to === null ? [] : [{ day, from, to }]
  );
}

/** How regular the nights are; null of fewer than ten. */
export function regularityOf(nights: readonly NightBar[]): Regularity | null {
  if (nights.length < 10) return null;
  const spread = (hours: readonly number[]) => quantile(hours, 0.85)! - quantile(hours, 0.15)!;
  const [bed, wake] = [nights.map(({ from }) => from), nights.map(({ to }) => to)];
  return {
    bedtime: meanClock(bed) ?? 0,
    wakeUp: meanClock(wake) ?? 0,
    bedtimeSpread: spread(bed),
    wakeUpSpread: spread(wake),
    nights: nights.length,
  };
}

async function recordsOf(source: Source, span: DaySpan): Promise<PersonalRecord[]> {
  const days = daysOf(span);
  const wanted = RECORDS.flatMap(([path, kind]) =>
    idsOf(source, [path]).map((id) => ({ id, kind }))
  );
  const lines = await dailyValues(source, wanted.map(({ id }) => id), span);
  return lines.flatMap(({ metric, values }) => {
    const { kind } = wanted.find(({ id }) => id === metric.id)!;
    let best = -1;
    for (const [i, value] of values.entries()) {
      if (value === null || isPartial(source, metric.dataType, days[i]!)) continue;
      const held = values[best] ?? null;
      if (held === null || (kind === "most" ? value > held : value < held)) best = i;
    }
    return best < 0 ? [] : [{ metric, kind, day: days[best]!, value: values[best]! }];
  });
}
