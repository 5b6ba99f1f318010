/** How metrics went over a span: by day, week or month, with what is usual and what it is compared with. */
import { addDays, daysBetween, type DaySpan } from "../../lib/values/days.ts";
import { dailyValues } from "../metrics/daily_values.ts";
import { isPartial } from "../metrics/partial.ts";
import { type Marks, marksOf } from "../metrics/marks.ts";
import type { Metric } from "../metrics/metrics.ts";
import { daysOf, type Source } from "../metrics/source.ts";
import { gapsOf, nameCauses, type TrendGap } from "./trend_gaps.ts";
import {
  known,
  type Maybe,
  mean,
  median,
  quantiles,
  rollingMean,
  rollingUsual,
  type Usual,
  usualRange,
} from "../metrics/statistics.ts";

/** The width of a point. */
export type Step = "day" | "week" | "month";

/** Days that a usual range looks back over. */
export const USUAL_DAYS = 60;
/** Days of the running mean. */
export const RUNNING_DAYS = 7;
const LEAST_OF_RUNNING = 3;

/** What a trend is compared with. */
export type Comparison = "none" | "period" | "year";

/** What is asked. */
export interface TrendQuery {
  readonly metrics: readonly string[];
  readonly span: DaySpan;
  readonly step: Step;
  readonly compare?: Comparison;
}

/** One metric over the span; the lists have an item for each of the trend's `starts`. */
export interface TrendLine {
  readonly metric: Metric;
  /** Of a day its value, of a week or month its median. */
  readonly values: readonly Maybe[];
  /** Of a day the mean of the seven days up to it; null for weeks, months and sparse metrics. */
  readonly running: readonly Maybe[] | null;
  /** Of a day the usual range of the 60 days before; of a period its middle half. */
  readonly low: readonly Maybe[];
  readonly high: readonly Maybe[];
  /** Of a period its least, mean and most; null for days. */
  readonly least: readonly Maybe[] | null;
  readonly mean: readonly Maybe[] | null;
  readonly most: readonly Maybe[] | null;
  /** Days with a value, in each period; null for days. */
  readonly counts: readonly number[] | null;
  /** The latest value of a day that is over. */
  readonly last: { readonly day: string; readonly value: number } | null;
  /** The present day where it is not over: kept out of every other figure. */
  readonly partial: { readonly day: string; readonly value: number } | null;
  readonly summary: Summary;
  /** The same for the days compared with. */
  readonly before: { readonly values: readonly Maybe[]; readonly summary: Summary } | null;
  /** Whether most days have no value by nature, as of a metric that comes now and then. */
  readonly sparse: boolean;
  /** Runs of days without a value, two days or longer; none of a sparse metric. */
  readonly gaps: readonly TrendGap[];
}

/** The days of a span in a few figures. */
export interface Summary {
  readonly count: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly usual: Usual | null;
}

/** The view model. */
export interface Trend {
  readonly span: DaySpan;
  readonly step: Step;
  /** The first day of every point. */
  readonly starts: readonly string[];
  readonly lines: readonly TrendLine[];
  readonly marks: Marks;
  /** The days compared with. */
  readonly compared: DaySpan | null;
}

/** Reads a trend. */
export async function trend(source: Source, query: TrendQuery): Promise<Trend> {
  const { span, step, compare = "none" } = query;
  const length = daysBetween(span.from, span.to) + 1;
  const compared = compare === "none" ? null : movedBack(span, compare === "year" ? 365 : length);
  // The days before the span are what its first days are held against.
  const wide = { from: addDays(span.from, -USUAL_DAYS), to: span.to };
  const days = daysOf(wide);
  const lead = days.length - length;
  const all = await dailyValues(source, query.metrics, wide);
  const earlier = compared ? await dailyValues(source, query.metrics, compared) : null;
  const periods = periodsOf(days.slice(lead), step);
  const lines = all.map(({ metric, values }, i): TrendLine => {
    const partial = partialOf(source, metric, days, values);
    if (partial) values[days.indexOf(partial.day)] = null;
    const inside = values.slice(lead);
    const before = earlier?.[i]?.values;
    const sparse = isSparse(inside);
    return {
      metric,
      ...(step === "day" ? byDay(values, lead, sparse) : byPeriod(inside, periods)),
      sparse,
      last: lastOf(days.slice(lead), inside),
      partial,
      summary: summaryOf(inside),
      before: before
        ? { values: pointsOf(before, periods, step), summary: summaryOf(before) }
        : null,
      gaps: sparse ? [] : gapsOf(days.slice(lead), inside, partial?.day),
    };
  });
  await nameCauses(source, lines);
  const starts = periods.map(({ start }) => start);
  return { span, step, starts, lines, marks: await marksOf(source, span), compared };
}

function movedBack(span: DaySpan, days: number): DaySpan {
  return { from: addDays(span.from, -days), to: addDays(span.to, -days) };
}

interface Period {
  readonly start: string;
  /** Places of its days in the span. */
  readonly first: number;
  readonly last: number;
}

/** Days, ISO weeks or months, cut off at the ends of the span. */
export function periodsOf(days: readonly string[], step: Step): Period[] {
  const periods: { start: string; first: number; last: number }[] = [];
  let name = "";
  for (const [i, day] of days.entries()) {
    const own = step === "day" ? day : step === "month" ? day.slice(0, 7) : weekOf(day);
    if (own === name) periods.at(-1)!.last = i;
    else periods.push({ start: day, first: i, last: i });
    name = own;
  }
  return periods;
}

/** The Monday of a day's week. */
export function weekOf(day: string): string {
  return addDays(day, 1 - Temporal.PlainDate.from(day).dayOfWeek);
}

/** Below this share of days with a value, from the first one on, a metric is sparse. */
const SPARSE_SHARE = 0.5;

function isSparse(values: readonly Maybe[]): boolean {
  const first = values.findIndex((value) => value !== null);
  return first >= 0 && known(values).length / (values.length - first) < SPARSE_SHARE;
}

function byDay(values: readonly Maybe[], lead: number, sparse: boolean) {
  // Of what comes now and then, sixty days hold too few values to say what is usual.
  const usual = sparse
    ? values.slice(lead).map(() => null)
    : rollingUsual(values, USUAL_DAYS).slice(lead);
  return {
    values: values.slice(lead),
    running: sparse ? null : rollingMean(values, RUNNING_DAYS, LEAST_OF_RUNNING).slice(lead),
    low: usual.map((range) => range?.low ?? null),
    high: usual.map((range) => range?.high ?? null),
    least: null,
    mean: null,
    most: null,
    counts: null,
  };
}

function byPeriod(values: readonly Maybe[], periods: readonly Period[]) {
  const groups = periods.map(({ first, last }) => known(values.slice(first, last + 1)));
  const spreads = groups.map((group) => quantiles(group, [0, 0.25, 0.5, 0.75, 1]));
  const at = (place: number) => spreads.map((spread) => spread[place]!);
  return {
    values: at(2),
    running: null,
    low: at(1),
    high: at(3),
    least: at(0),
    mean: groups.map(mean),
    most: at(4),
    counts: groups.map((group) => group.length),
  };
}

function pointsOf(values: readonly Maybe[], periods: readonly Period[], step: Step): Maybe[] {
  return step === "day" ? [...values] : byPeriod(values, periods).values;
}

/** The figures of some days. */
export function summaryOf(values: readonly Maybe[]): Summary {
  const there = known(values);
  return {
    count: there.length,
    mean: mean(there),
    median: median(there),
    least: there.length === 0 ? null : there.reduce((a, b) => Math.min(a, b)),
    most: there.length === 0 ? null : there.reduce((a, b) => Math.max(a, b)),
    usual: usualRange(there),
  };
}

function partialOf(
  source: Source,
  metric: Metric,
  days: readonly string[],
  values: readonly Maybe[],
) {
  // The activity day ends at four in the morning, so the last two days may be open.
  for (const day of [source.today, addDays(source.today, -1)]) {
    const value = values[days.indexOf(day)];
    if (value !== null && value !== undefined && isPartial(source, metric.dataType, day)) {
      return { day, value };
    }
  }
  return null;
}

function lastOf(days: readonly string[], values: readonly Maybe[]) {
  const place = values.findLastIndex((value) => value !== null);
  return place < 0 ? null : { day: days[place]!, value: values[place]! };
}
