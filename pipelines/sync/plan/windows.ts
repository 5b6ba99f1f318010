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
import { findDataType } from "../../../lib/oura/catalog/index.ts";
import {
  addDays,
  chunkNewestFirst,
  clipSpans,
  daysBetween,
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
/** Open days of the date family so near cost nothing to read again beside the look-back. */
const LONGEST_REREAD = 90;
/** A look-back of three days, today and tomorrow: the daily run asks once for what fills no page. */
const LEAST_SERIES_DAYS = 5;
/** Documents that Oura puts on a page of a time series. Source: measurements of 2026. */
const PAGE_DOCUMENTS = 1_000;
/** A local day reaches up to 14 h into the neighbouring UTC days, and an edge may not count. */
const SERIES_PADDING_HOURS = 15;
/**
 * Where another window of the same span begins, both ask for these hours: instants are in UTC, and
 * nothing but the edge itself is uncertain.
 */
const SERIES_OVERLAP_HOURS = 2;
/**
 * Where nothing was read yet, each window itself has to show that the ring delivered something later
 * than its last day, which takes samples of the next day's afternoon. Else the last day of each window
 * stays open, and the second sync reads weeks again.
 */
const FIRST_OVERLAP_HOURS = SERIES_PADDING_HOURS;

/**
 * The windows to read now, newest first.
 * @param today The current UTC day.
 * @param lanes How many windows are read side by side: a time series is split into as many.
 */
export function windowsToFetch(
  type: PipelineType,
  demand: Demand,
  coverage: Coverage,
  today: string,
  lanes = 1,
): Window[] {
  if (type.window.by === "none") return [{ from: today, to: today, bounds: {} }];
  const spans = spansToFetch(type, demand, coverage, today);
  const days = windowDays(type, spans, lanes);
  const overlap = coverage.read.length === 0 ? FIRST_OVERLAP_HOURS : SERIES_OVERLAP_HOURS;
  return spans
    .toReversed()
    .flatMap((span) =>
      chunkNewestFirst(span, days).map((days) => ({
        ...days,
        bounds: requestBounds(type, days, span, overlap),
      }))
    );
}

/**
 * How many days one window has. The pages of a window come one after another, so that a time series
 * in few windows is waited for while other requests could be in flight.
 */
function windowDays(type: PipelineType, spans: readonly DaySpan[], lanes: number): number {
  const longest = chunkDays(type);
  if (type.window.by !== "datetime") return longest;
  const days = spans.reduce((sum, { from, to }) => sum + daysBetween(from, to) + 1, 0);
  // As many windows in the last round as in the first.
  const rounds = Math.ceil(days / (longest * lanes));
  const even = Math.ceil(days / (rounds * lanes));
  return Math.min(longest, Math.max(leastSeriesDays(type), even));
}

/** What fills a page, so that no window costs a request that another could have saved. */
function leastSeriesDays({ name }: PipelineType): number {
  const documentsADay = findDataType(name)?.documentsADay;
  if (documentsADay === undefined) return LEAST_SERIES_DAYS;
  return Math.max(1, Math.floor(PAGE_DOCUMENTS / documentsADay));
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
  // The newest request can reach this far back, so the open days it holds cost nothing.
  const days = Math.min(chunkDays(type), LONGEST_REREAD - 2 * DATE_PADDING);
  const reach = { from: addDays(newest, 1 - days), to: newest };
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
  const padding = type.window.by === "datetime"
    ? Math.ceil(2 * SERIES_PADDING_HOURS / 24)
    : 2 * DATE_PADDING;
  return Math.max(1, type.window.chunkDays - padding);
}

/**
 * The query that reads every document of the days, whatever the wearer's UTC offset.
 * @param whole The span that these days are a window of; its other windows are read, too.
 * @param overlap Hours of the next window that this one asks for as well.
 */
function requestBounds(
  type: PipelineType,
  span: DaySpan,
  whole: DaySpan,
  overlap: number,
): Record<string, string> {
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
        start_datetime: hoursBeside(
          span.from,
          span.from === whole.from ? -SERIES_PADDING_HOURS : -SERIES_OVERLAP_HOURS,
        ),
        end_datetime: hoursBeside(
          addDays(span.to, 1),
          span.to === whole.to ? SERIES_PADDING_HOURS : overlap,
        ),
      };
  }
}

/** An instant so many hours from the beginning of a UTC day. */
function hoursBeside(day: string, hours: number): string {
  const midnight = Temporal.PlainDateTime.from(`${day}T00:00:00`);
  return `${midnight.add({ hours }).toString({ smallestUnit: "second" })}+00:00`;
}
