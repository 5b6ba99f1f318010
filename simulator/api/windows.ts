/**
 * The span of time a list is asked for. A bare date is an instant: midnight in UTC. A document is
 * returned when its anchor is between the bounds, so that a night that began before midnight UTC of
 * D is invisible to `start_date=D`. This reading fits all public measurements of Oura's windows.
 */
import { DAY } from "../world/zones.ts";
import { badRequest, unprocessable } from "./answers.ts";
import type { Route } from "./routes.ts";

const LONGEST_SERIES = 30 * DAY;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;
const UNIX = /^-?\d+(\.\d+)?$/;
const MILLISECONDS_FROM = 2e10; // Like pydantic: larger numbers are milliseconds, smaller ones seconds.

/** Bounds in milliseconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** An instant from a query parameter; undefined for what is none. Without an offset it is UTC. */
export function parseBound(value: string): number | undefined {
  if (UNIX.test(value)) {
    const number = Number(value);
    return Math.abs(number) > MILLISECONDS_FROM ? number : number * 1_000;
  }
  if (!DATE.test(value) && !DATE_TIME.test(value)) return undefined;
  const zoned = DATE.test(value) || /(Z|[+-]\d{2}:?\d{2})$/i.test(value) ? value : `${value}Z`;
  const instant = Date.parse(zoned.replace(" ", "T"));
  return Number.isNaN(instant) ? undefined : instant;
}

/** The window a request asks for, or the error it gets. Parameters of the other family are not read. */
export function windowOf(route: Route, query: URLSearchParams, now: number): Window | Response {
  const suffix = route.family === "date" ? "date" : "datetime";
  const bounds: Record<"start" | "end", number | undefined> = { start: undefined, end: undefined };
  for (const bound of ["start", "end"] as const) {
    const value = query.get(`${bound}_${suffix}`);
    if (value === null || value === "") continue;
    const instant = parseBound(value);
    if (instant === undefined) {
      return unprocessable(
        `${bound}_${suffix}`,
        value,
        "Input should be a valid date or datetime",
      );
    }
    bounds[bound] = instant;
  }
  const present = route.family === "date" ? Math.floor(now / DAY) * DAY : now;
  const end = bounds.end ?? present;
  const start = bounds.start ?? end - DAY;
  if (start > end) {
    const message = `Start is greater than end: [start: ${start}; end: ${end}]`;
    return route.family === "date"
      ? badRequest(message)
      : unprocessable(`start_${suffix}`, query.get(`start_${suffix}`) ?? "", message);
  }
  if (route.family === "datetime" && end - start > LONGEST_SERIES) {
    return badRequest("The requested time range exceeds the limit of 30 days.");
  }
  return { start, end };
}

/** Whether an anchor is in the window. */
export function within(window: Window, anchor: number, end: Route["end"]): boolean {
  return anchor >= window.start &&
    (end === "inclusive" ? anchor <= window.end : anchor < window.end);
}
