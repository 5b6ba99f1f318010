/** The gaps of a trend, and why they are there. */
import { daysBetween, type DaySpan, earlierDay, laterDay } from "../../lib/values/days.ts";
import { wearerGaps } from "../gaps/wearer_gaps.ts";
import type { Metric } from "../metrics/metrics.ts";
import type { Source } from "../metrics/source.ts";
import type { Maybe } from "../metrics/statistics.ts";

/** Days without a value. */
export interface TrendGap extends DaySpan {
  /** As `gaps` names it; null where the type has data on these days, or the span is too long. */
  readonly cause: string | null;
}

/** Runs of days without a value, two days or longer, from the first value on. */
export function gapsOf(
  days: readonly string[],
  values: readonly Maybe[],
  partial: string | undefined,
): TrendGap[] {
  const gaps: { from: string; to: string; cause: null }[] = [];
  let open: { from: string; to: string } | null = null;
  const first = values.findIndex((value) => value !== null);
  for (const [i, day] of days.entries()) {
    if (values[i] !== null || day === partial || i < first || first < 0) open = null;
    else if (open) open.to = day;
    else {
      const gap = { from: day, to: day, cause: null };
      gaps.push(gap);
      open = gap;
    }
  }
  return gaps.filter(({ from, to }) => daysBetween(from, to) >= 1);
}

/** Days that are looked through for causes, at most. */
const MOST_EXPLAINED = 800;

/** Says of each gap why `gaps` says that the type has nothing then. */
export async function nameCauses<
  Line extends { readonly metric: Metric; readonly gaps: readonly TrendGap[] },
>(source: Source, lines: Line[]): Promise<void> {
  const holes = lines.flatMap(({ gaps }) => gaps);
  const [from, to] = [
    holes.reduce((day, gap) => earlierDay(day, gap.from), "9999-12-31"),
    holes.reduce((day, gap) => laterDay(day, gap.to), "0001-01-01"),
  ];
  if (holes.length === 0 || daysBetween(from, to) > MOST_EXPLAINED) return;
  const types = lines.filter(({ gaps }) => gaps.length > 0).map(({ metric }) => metric.dataType);
  const found = await wearerGaps(source, { from, to }, types);
  for (const [i, line] of lines.entries()) {
    const own = found.filter(({ dataType }) => dataType === line.metric.dataType);
    const gaps = line.gaps.map((gap) => ({
      ...gap,
      cause: own.find((one) => one.from! <= gap.to && gap.from <= one.to!)?.cause ?? null,
    }));
    lines[i] = { ...line, gaps };
  }
}
