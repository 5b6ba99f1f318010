/**
 * Which days of a data type are owed. A first sync, a cron run, a backfill, a resume after a crash
 * and the repair of a gap differ in nothing but this.
 *
 * A day is settled once it was read completely at a time when Oura no longer changes it: at least
 * the look-back after it ended. Owed is every asked day that is not settled, plus the look-back.
 */
import type { PipelineType } from "../config/model.ts";
import {
  addDays,
  chunkNewestFirst,
  type DaySpan,
  earlierDay,
  mergeSpans,
  subtractSpans,
} from "../lib/days.ts";

/** One request's worth of days: what it will complete, and how it is asked for. */
export interface Window extends DaySpan {
  /** Query parameters, wider than the days: Oura's edges cannot be relied on. */
  readonly bounds: Record<string, string>;
}

/** What the caller wants covered. */
export type Demand =
  /** Everything owed since last time, back to the configured start. */
  | { kind: "owed" }
  /** The same, but back to `from` in place of the configured start. */
  | { kind: "since"; from: string }
  /** Exactly these days, whatever the ledger knows. */
  | { kind: "exactly"; span: DaySpan }
  /** The days of the span that were never completely read. */
  | { kind: "missing"; span: DaySpan }
  /** Everything back to the configured start, whatever the ledger knows. */
  | { kind: "everything" };

/** What the ledger knows of a type. */
export interface Coverage {
  /** Days that need no further reading. */
  readonly settled: readonly DaySpan[];
  /** Days whose last reading failed. */
  readonly failed: readonly DaySpan[];
}

/** Days read beyond the asked ones on either side; source of the need: live measurements of Oura's edges. */
const DATE_PADDING = 2;
/** A local day reaches up to 14 h into the neighbouring UTC days. */
const DATETIME_PADDING = 1;

/**
 * The windows to read now, newest first.
 * @param today The current UTC day.
 */
export function owedWindows(
  type: PipelineType,
  demand: Demand,
  coverage: Coverage,
  today: string,
): Window[] {
  if (type.window.by === "none") return [{ from: today, to: today, bounds: {} }];
  const days = chunkDays(type);
  return owedSpans(type, demand, coverage, today)
    .toReversed()
    .flatMap((span) => chunkNewestFirst(span, days))
    .map((span) => ({ ...span, bounds: requestBounds(type, span) }));
}

function owedSpans(
  type: PipelineType,
  demand: Demand,
  coverage: Coverage,
  today: string,
): DaySpan[] {
  // A wearer east of UTC is in tomorrow already.
  const newest = addDays(today, 1);
  const configured = addDays(today, -type.window.initialDays);
  const lookback = { from: addDays(today, -type.window.lookbackDays), to: newest };
  switch (demand.kind) {
    case "exactly":
      return [demand.span];
    case "missing":
      return subtractSpans(demand.span, coverage.settled);
    case "everything":
      return [{ from: configured, to: newest }];
    case "since":
    case "owed": {
      const from = demand.kind === "since" ? earlierDay(demand.from, newest) : configured;
      const unsettled = subtractSpans({ from, to: newest }, coverage.settled);
      return mergeSpans([...unsettled, ...coverage.failed, lookback]);
    }
  }
}

/** How many days one window completes: the longest request less its padding. */
function chunkDays(type: PipelineType): number {
  const padding = type.window.by === "datetime" ? 2 * DATETIME_PADDING : 2 * DATE_PADDING;
  return Math.max(1, type.window.chunkDays - padding);
}

/** The query that reads every document of the days, whatever the wearer's UTC offset. */
export function requestBounds(type: PipelineType, span: DaySpan): Record<string, string> {
  switch (type.window.by) {
    case "none":
      return {};
    case "date":
      return {
        start_date: addDays(span.from, -DATE_PADDING),
        end_date: addDays(span.to, DATE_PADDING),
      };
    case "datetime":
      return {
        start_datetime: `${addDays(span.from, -DATETIME_PADDING)}T00:00:00+00:00`,
        end_datetime: `${addDays(span.to, DATETIME_PADDING + 1)}T00:00:00+00:00`,
      };
  }
}
