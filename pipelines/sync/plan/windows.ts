/**
 * Which days of a data type to fetch. A first sync, a cron run, a backfill, a resume after a crash
 * and the repair of a gap differ in nothing but this.
 *
 * A day is settled once it was read at least the look-back after it ended and, by that reading, the
 * ring had delivered something later: then nothing is on its way any more. Until then it is open. To
 * fetch are the days never read, those whose reading failed, the look-back with the open days before
 * it, and once a day all days for which data may still arrive late.
 */
import type { PipelineType } from "../../../config/model.ts";
import {
  addDays,
  chunkNewestFirst,
  clipSpans,
  type DaySpan,
  earlierDay,
  mergeSpans,
  subtractSpans,
} from "../../../lib/values/days.ts";

/** One request's worth of days: what it will complete, and how it is asked for. */
export interface Window extends DaySpan {
  /** Query parameters, wider than the days: Oura's edges cannot be relied on. */
  readonly bounds: Record<string, string>;
}

/** What the caller wants covered. */
export type Demand =
  /** Everything that is to fetch since last time, back to the configured start. */
  | { kind: "pending" }
  /** The same, but back to `from` in place of the configured start. */
  | { kind: "since"; from: string }
  /** Exactly these days, whatever the ledger knows. */
  | { kind: "exactly"; span: DaySpan }
  /** The days of the span that are not settled. */
  | { kind: "missing"; span: DaySpan }
  /** Everything back to the configured start, whatever the ledger knows. */
  | { kind: "everything" };

/** What is known of a type's days. */
export interface Coverage {
  /** Days that were read completely. */
  readonly read: readonly DaySpan[];
  /** Days that were read completely on the current UTC day. */
  readonly readToday: readonly DaySpan[];
  /** Days that need no further reading. */
  readonly settled: readonly DaySpan[];
  /** Days whose last reading failed. */
  readonly failed: readonly DaySpan[];
  /** Days of a time series near a stretch without samples; null for types that are no time series. */
  readonly empty: readonly DaySpan[] | null;
}

/** Days read beyond the asked ones on either side; source of the need: live measurements of Oura's edges. */
const DATE_PADDING = 2;
/** A local day reaches up to 14 h into the neighbouring UTC days. */
const DATETIME_PADDING = 1;

/**
 * The windows to read now, newest first.
 * @param today The current UTC day.
 */
export function windowsToFetch(
  type: PipelineType,
  demand: Demand,
  coverage: Coverage,
  today: string,
): Window[] {
  if (type.window.by === "none") return [{ from: today, to: today, bounds: {} }];
  const days = chunkDays(type);
  return spansToFetch(type, demand, coverage, today)
    .toReversed()
    .flatMap((span) => chunkNewestFirst(span, days))
    .map((span) => ({ ...span, bounds: requestBounds(type, span) }));
}

function spansToFetch(
  type: PipelineType,
  demand: Demand,
  coverage: Coverage,
  today: string,
): DaySpan[] {
  // A wearer east of UTC is in tomorrow already.
  const newest = addDays(today, 1);
  const configured = addDays(today, -type.window.initialDays);
  switch (demand.kind) {
    case "exactly":
      return [demand.span];
    case "missing":
      return subtractSpans(demand.span, coverage.settled);
    case "everything":
      return [{ from: configured, to: newest }];
    case "since":
    case "pending": {
      const from = demand.kind === "since" ? earlierDay(demand.from, newest) : configured;
      return pendingSpans(type, { from, to: newest }, coverage, today);
    }
  }
}

/** @param wanted Back to the beginning of what is wanted, up to the newest day. */
function pendingSpans(
  type: PipelineType,
  wanted: DaySpan,
  coverage: Coverage,
  today: string,
): DaySpan[] {
  const { to: newest } = wanted;
  const unread = subtractSpans(wanted, coverage.read);
  const open = clipSpans(
    coverage.read.flatMap((span) => subtractSpans(span, coverage.settled)),
    { from: FIRST_DAY, to: newest },
  );
  // One request reaches this far back, so the open days it holds cost nothing.
  const reach = { from: addDays(newest, 1 - chunkDays(type)), to: newest };
  const lookback = addDays(today, -type.window.lookbackDays);
  const recent = {
    from: clipSpans(open, reach).reduce((day, { from }) => earlierDay(day, from), lookback),
    to: newest,
  };
  const late = { from: addDays(today, -type.window.lateDays), to: today };
  const known = clipSpans(mergeSpans([wanted, ...coverage.read]), late);
  const mayFill = known.flatMap((span) => clipSpans(coverage.empty ?? [late], span));
  const onceADay = [...open, ...mayFill].flatMap((span) => subtractSpans(span, coverage.readToday));
  return mergeSpans([...unread, ...coverage.failed, recent, ...onceADay]);
}

/** Before any reading. */
const FIRST_DAY = "0001-01-01";

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
