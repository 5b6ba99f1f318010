/** What goes together: a tag with the figures after it, and two metrics with each other. */
import { addDays, type DaySpan } from "../../lib/values/days.ts";
import { dailyValues } from "../metrics/daily_values.ts";
import { algorithmChanges, tagsOf, workoutsOf } from "../metrics/marks.ts";
import type { Metric } from "../metrics/metrics.ts";
import { isPartial } from "../metrics/partial.ts";
import { daysOf, type Source } from "../metrics/source.ts";
import {
  type Correlation,
  correlation,
  type Difference,
  difference,
  known,
  type Maybe,
  mean,
  pearson,
} from "../metrics/statistics.ts";

/** Lags that are looked at, in days. */
export const MOST_LAG = 7;
/** Below this many nights on a side a difference says little. */
export const FEW_NIGHTS = 10;

/** A metric with and without something. */
export interface TagEffect {
  readonly metric: Metric;
  /** With less without; null where one side has fewer than two days. */
  readonly effect: Difference | null;
  /** Whether one side has fewer than {@linkcode FEW_NIGHTS} days. */
  readonly few: boolean;
  /** Mean value on the days from three before to three after. */
  readonly around: readonly Maybe[];
}

/** A tag of the wearer. */
export interface TagReport {
  readonly tag: string;
  /** Days that have it, oldest first. */
  readonly days: readonly string[];
  readonly effects: readonly TagEffect[];
}

/** The view model of the tags. */
export interface Tags {
  readonly span: DaySpan;
  /** Days between the tag and the value: 1 is the night after, or the next day. */
  readonly lag: number;
  /** Tags by how often they were set. */
  readonly tags: readonly TagReport[];
  /** Nights before this day were staged by another algorithm and are left out of sleep stages. */
  readonly stagedSince: string | null;
}

const MOST_TAGS = 40;
const BESIDE = 3;

/** Reads the figures with and without each tag; workouts count as a tag. */
export async function tags(
  source: Source,
  span: DaySpan,
  ids: readonly string[],
  lag = 1,
): Promise<Tags> {
  const wide = { from: addDays(span.from, -BESIDE), to: addDays(span.to, BESIDE + lag) };
  const days = daysOf(wide);
  const place = new Map(days.map((day, i) => [day, i]));
  const stagedSince = await lastChange(source, span);
  const lines = (await dailyValues(source, ids, wide)).map(({ metric, values }) => ({
    metric,
    values: comparable(source, metric, days, values, stagedSince),
  }));
  const byTag = new Map<string, Set<string>>();
  const add = (tag: string, day: string) => byTag.set(tag, (byTag.get(tag) ?? new Set()).add(day));
  for (const { tag, day } of await tagsOf(source, span)) add(tag, day);
  for (const { day } of await workoutsOf(source, span)) add("workout", day);
  const reports = [...byTag].toSorted((a, b) => b[1].size - a[1].size).slice(0, MOST_TAGS)
    .map(([tag, tagged]): TagReport => ({
      tag,
      days: [...tagged].sort(),
      effects: lines.map(({ metric, values }) => {
        const at = (day: string, offset: number) => values[place.get(day)! + offset] ?? null;
        const inSpan = daysOf(span);
        const withIt = known(inSpan.filter((day) => tagged.has(day)).map((day) => at(day, lag)));
        const without = known(inSpan.filter((day) => !tagged.has(day)).map((day) => at(day, lag)));
        return {
          metric,
          effect: difference(withIt, without),
          few: Math.min(withIt.length, without.length) < FEW_NIGHTS,
          around: Array.from(
            { length: 2 * BESIDE + 1 },
            (_, i) => mean(known([...tagged].map((day) => at(day, i - BESIDE)))),
          ),
        };
      }),
    }));
  return { span, lag, tags: reports, stagedSince };
}

/** The view model of two metrics. */
export interface Relation {
  readonly span: DaySpan;
  readonly x: Metric;
  readonly y: Metric;
  readonly lag: number;
  readonly correlation: Correlation | null;
  /** The same for every lag from −7 to +7 days of `y` after `x`. */
  readonly lags: readonly { readonly lag: number; readonly r: number | null }[];
  /** Pairs at the chosen lag, with the day of `x`. */
  readonly pairs: readonly { readonly day: string; readonly x: number; readonly y: number }[];
  readonly stagedSince: string | null;
}

/** Reads how `y`, so many days later, goes with `x`; null where one of them is no metric. */
export async function relation(
  source: Source,
  span: DaySpan,
  ids: { readonly x: string; readonly y: string },
  lag = 0,
): Promise<Relation | null> {
  const days = daysOf(span);
  const stagedSince = await lastChange(source, span);
  const [x, y] = ids.x === ids.y
    ? (await dailyValues(source, [ids.x], span)).flatMap((one) => [one, one])
    : await dailyValues(source, [ids.x, ids.y], span);
  if (!x || !y) return null;
  const a = comparable(source, x.metric, days, x.values, stagedSince);
  const b = comparable(source, y.metric, days, y.values, stagedSince);
  const pairs = days.flatMap((day, i) => {
    const [left, right] = [a[i] ?? null, b[i + lag] ?? null];
    return left === null || right === null ? [] : [{ day, x: left, y: right }];
  });
  const touched = [x.metric, y.metric].some(isStaged);
  return {
    span,
    x: x.metric,
    y: y.metric,
    lag,
    correlation: correlation(a, b, lag),
    lags: Array.from({ length: 2 * MOST_LAG + 1 }, (_, i) => ({
      lag: i - MOST_LAG,
      r: pearson(a, b, i - MOST_LAG)?.r ?? null,
    })),
    pairs,
    stagedSince: touched ? stagedSince : null,
  };
}

async function lastChange(source: Source, span: DaySpan): Promise<string | null> {
  return (await algorithmChanges(source, span)).at(-1)?.day ?? null;
}

/** Figures the staging algorithm has a hand in. */
function isStaged({ dataType, id }: Metric): boolean {
  return dataType === "daily_sleep" ||
    (dataType === "sleep" && /deep|light|rem|awake|efficiency|latency|total|stages/.test(id));
}

/** The values that may be compared: none of another ruler, none of a day that is not over. */
function comparable(
  source: Source,
  metric: Metric,
  days: readonly string[],
  values: readonly Maybe[],
  stagedSince: string | null,
): Maybe[] {
  const cut = stagedSince !== null && isStaged(metric) ? stagedSince : "";
  return values.map((value, i) =>
    days[i]! < cut || isPartial(source, metric.dataType, days[i]!) ? null : value
  );
}
