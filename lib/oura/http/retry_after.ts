/** How long Oura asks a client to wait. Headers of others: honoured where they make sense, bounded. */

/** How long to wait when a 429 names no time. */
const DEFAULT_WAIT_MS = 5_000;
/** What is waited even where a 429 asks for no wait at all, so that Oura is never hammered. */
const LEAST_WAIT_MS = 1_000;
/** A day: beyond every patience, and within what a timer can hold. */
const LONGEST_WAIT_MS = 86_400_000;

/** Seconds as RFC 9110 has them, or with a fraction; no sign, no exponent, no word. */
const SECONDS = /^\d+(\.\d+)?$/;
/** The three forms of an HTTP date begin with the name of a day. JavaScript would take "-5" for one. */
const HTTP_DATE = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * Milliseconds a 429 asks us to wait: `Retry-After` in seconds or as a date, else
 * `X-RateLimit-Reset` (unix seconds), both judged by the answer's own `Date`, so that a wrong local
 * clock does no harm. From one second to one day. Source: OpenAPI 1.34 and later, rate limits.
 * @param headers Of the 429.
 * @param nowMs Local unix time in ms, used where the answer has no `Date`.
 */
export function waitAskedFor(headers: Headers, nowMs: number): number {
  const now = clockOf(headers, nowMs);
  const reset = secondsOf(headers.get("x-ratelimit-reset"));
  const untilReset = reset === null || reset === 0 ? null : reset * 1_000 - now;
  return bounded(retryAfter(headers, now) ?? untilReset ?? DEFAULT_WAIT_MS);
}

/** Milliseconds until a server that cannot answer now wants to be asked again; null: it names no time. */
export function pauseAskedFor(headers: Headers, nowMs: number): number | null {
  const pause = retryAfter(headers, clockOf(headers, nowMs));
  return pause === null ? null : bounded(pause);
}

function retryAfter(headers: Headers, now: number): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  const seconds = secondsOf(text);
  if (seconds !== null) return seconds * 1_000;
  const until = HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(until) ? null : until - now;
}

function secondsOf(text: string | null): number | null {
  const trimmed = text?.trim() ?? "";
  return SECONDS.test(trimmed) ? Number(trimmed) : null;
}

function clockOf(headers: Headers, nowMs: number): number {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? nowMs : date;
}

function bounded(ms: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, Math.ceil(ms)));
}
