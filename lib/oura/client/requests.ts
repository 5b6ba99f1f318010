/**
 * From what a caller asks to the requests that answer it. Oura's edges cannot be relied on: bounds
 * are inclusive on some routes and exclusive on others, and days are compared in UTC. So every
 * request asks for more, and each answers for its own stretch only; documents outside it are dropped.
 * Stretches do not overlap, hence no document comes twice.
 */
import { fit } from "../../values/column_type.ts";
import { addDays, chunkNewestFirst, isCalendarDate } from "../../values/days.ts";
import { UsageError } from "../../errors.ts";
import type { DataType } from "../catalog/data_type.ts";
import type { RawDocument } from "../pages.ts";
import type { Instant } from "./methods.ts";

/** One walk through the pages of a list route. */
export interface SpanRequest {
  /** The query that bounds it. */
  readonly bounds: Record<string, string>;
  /** Whether a document belongs to the stretch this request answers for. */
  holds(document: RawDocument): boolean;
}

/** What is asked of a data type: two days, two instants or everything. */
export type Range = { readonly start: Instant; readonly end: Instant } | null;

/** Within this many days every real offset from UTC and either kind of edge is covered. */
const DAYS_AROUND = 2;
/** Oura advises one to three months a request. */
const DAYS_A_REQUEST = 90;
const MINUTE = 60_000;
/** Oura refuses more than 30 days of samples a request; the margins must fit in too. */
const SAMPLES_A_REQUEST = 29 * 24 * 60 * MINUTE;

/**
 * The requests for a range, oldest first.
 * @throws {UsageError} `BAD_DATE` or `DATES_REVERSED`.
 */
export function requestsFor(type: DataType, range: Range): SpanRequest[] {
  if (range === null) return [{ bounds: {}, holds: () => true }];
  return type.window === "datetime"
    ? sampleRequests(type, instantOf(range.start, "start"), instantOf(range.end, "end"))
    : dayRequests(type, dayOf(range.start), dayOf(range.end));
}

function dayRequests(type: DataType, from: string, to: string): SpanRequest[] {
  requireOrder(from <= to);
  return chunkNewestFirst({ from, to }, DAYS_A_REQUEST).toReversed().map((span) => ({
    bounds: {
      start_date: addDays(span.from, -DAYS_AROUND),
      end_date: addDays(span.to, DAYS_AROUND),
    },
    holds(document) {
      const day = document[type.day!];
      // A document without its day is kept, for the validation to speak of.
      return typeof day !== "string" || (day >= span.from && day <= span.to);
    },
  }));
}

function sampleRequests(type: DataType, from: number, to: number): SpanRequest[] {
  requireOrder(from <= to);
  const requests: SpanRequest[] = [];
  for (let start = from; start <= to; start += SAMPLES_A_REQUEST) {
    const end = Math.min(start + SAMPLES_A_REQUEST - 1, to);
    requests.push({
      bounds: {
        start_datetime: new Date(start - MINUTE).toISOString(),
        end_datetime: new Date(end + MINUTE).toISOString(),
      },
      holds(document) {
        const at = parseInstant(document[type.instant!]);
        return Number.isNaN(at) || (at >= start && at <= end);
      },
    });
  }
  return requests;
}

function dayOf(value: Instant): string {
  if (typeof value === "string" && isCalendarDate(value)) return value;
  throw new UsageError("BAD_DATE", `${describe(value)} is not a calendar day`, {
    hint: "This data type is asked for by the wearer's local days: YYYY-MM-DD.",
  });
}

function instantOf(value: Instant, edge: "start" | "end"): number {
  if (typeof value === "string" && isCalendarDate(value)) {
    const midnight = Date.parse(`${edge === "start" ? value : addDays(value, 1)}T00:00:00Z`);
    return edge === "start" ? midnight : midnight - 1;
  }
  const instant = value instanceof Date ? value.getTime() : parseInstant(value);
  if (!Number.isNaN(instant)) return instant;
  throw new UsageError("BAD_DATE", `${describe(value)} is neither an instant nor a day`, {
    hint: "Give a Date, or text such as 2026-01-31T08:00:00+01:00 or 2026-01-31.",
  });
}

/** Milliseconds since 1970; NaN if the text is not an ISO 8601 date and time. Without an offset it is UTC. */
function parseInstant(text: unknown): number {
  const fitted = fit(text, "timestamptz");
  if (typeof text !== "string" || !fitted.ok) return NaN;
  // JavaScript wants the minutes of an offset.
  return Date.parse(String(fitted.value).replace(" ", "T").replace(/([+-]\d{2})$/, "$1:00"));
}

function requireOrder(inOrder: boolean): void {
  if (inOrder) return;
  throw new UsageError("DATES_REVERSED", "the start is after the end", { hint: "Swap them." });
}

function describe(value: Instant): string {
  return value instanceof Date ? "an invalid Date" : JSON.stringify(value);
}
