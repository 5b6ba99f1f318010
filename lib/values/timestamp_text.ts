/** ISO 8601 dates and times as PostgreSQL stores them: what Oura sends, and what may stand for it. */
import { isCalendarDate } from "./days.ts";

const DATE_TIME_TEXT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
/**
 * What Oura sends, in days every month has, but for the first day there is: nothing of it needs a
 * second look.
 */
const PLAIN_DATE_TIME =
  /^(?!0000|0001-01-01)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-5]):[0-5]\d)$/;
const BEYOND_MICROSECONDS = /(\.\d{6})\d+/;
/** Days whose times may lie, by their UTC offset, outside the years everybody can read. */
const EDGE_DAYS: readonly string[] = ["0001-01-01", "9999-12-31"];

/** The text as it is stored, or why it cannot be; `reason` never contains it. */
export type TimestampText = { readonly text: string } | { readonly reason: string };

/**
 * Reads a date and time. Without a zone it is UTC; digits beyond the microsecond are cut, not
 * rounded as PostgreSQL would: a row's key is made of the same text.
 */
export function readTimestampText(value: string): TimestampText {
  if (PLAIN_DATE_TIME.test(value)) return { text: value };
  const match = DATE_TIME_TEXT.exec(value);
  if (!match || !isCalendarDate(match[1]!) || !isTimeOfDay(match[2]!, match[3]!, match[4])) {
    return { reason: "the text is not an ISO 8601 date and time" };
  }
  const zone = match[5];
  if (zone !== undefined && !isOffset(zone)) return { reason: "the UTC offset is outside ±15:59" };
  const kept = value.replace(BEYOND_MICROSECONDS, "$1");
  const text = zone === undefined ? `${kept}Z` : kept;
  return EDGE_DAYS.includes(match[1]!) && !isReadable(text)
    ? { reason: "the instant is outside the years 1 to 9999" }
    : { text };
}

/** The form `toISOString` writes and Oura sends most. */
const CANONICAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
/** The spellings `Date` is specified to read; it reads others as another instant, or not at all. */
const DATE_READS_IT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text that {@linkcode readTimestampText} wrote is spelt as `toISOString` spells it. */
export function isCanonical(text: string): boolean {
  return CANONICAL.test(text);
}

/**
 * Milliseconds since 1970 of a text that {@linkcode readTimestampText} wrote; NaN where it is spelt
 * in a way that takes more than `Date` to read, or is finer than a millisecond.
 */
export function millisecondsOf(text: string): number {
  const milliseconds = canonicalMilliseconds(text);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  return DATE_READS_IT.test(text) ? Date.parse(text) : NaN;
}

/**
 * Milliseconds since 1970 of a date and time as it is read for the database: without a zone it is UTC,
 * whatever the zone of this machine. What is finer is cut off; NaN for any other text.
 */
export function readMilliseconds(value: string): number {
  const canonical = canonicalMilliseconds(value);
  if (!Number.isNaN(canonical)) return canonical;
  const read = readTimestampText(value);
  if ("reason" in read) return NaN;
  const milliseconds = millisecondsOf(read.text);
  return Number.isNaN(milliseconds)
    ? Temporal.Instant.from(read.text).epochMilliseconds
    : milliseconds;
}

const ZERO = "0".charCodeAt(0);
const DAY_LENGTH = "2026-05-01".length;
/** The day of the latest sample: samples of one day come one after another. */
let latestDay = { text: "no day", ms: NaN };
/** The latest text: the same sample is looked at more than once. */
const latest = { text: "", ms: NaN };

/**
 * Milliseconds since 1970 of any text; NaN where it is not spelt as `toISOString` spells it. Reads
 * the digits, which takes a tenth of the time of a pattern and `Date.parse`.
 */
export function canonicalMilliseconds(text: string): number {
  if (text !== latest.text) {
    latest.ms = readCanonical(text);
    latest.text = text;
  }
  return latest.ms;
}

function readCanonical(text: string): number {
  if (text.length !== 24 || text[10] !== "T" || text[13] !== ":" || text[16] !== ":") return NaN;
  if (text[19] !== "." || text[23] !== "Z") return NaN;
  if (!text.startsWith(latestDay.text)) {
    const day = text.slice(0, DAY_LENGTH);
    if (!isCalendarDate(day)) return NaN;
    latestDay = { text: day, ms: Date.parse(`${day}T00:00:00Z`) };
  }
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const tenths = twoDigits(text, 20);
  const rest = text.charCodeAt(22) - ZERO;
  if (hour < 0 || minute < 0 || second < 0 || tenths < 0 || rest < 0) return NaN;
  if (hour >= 24 || minute >= 60 || second >= 60 || rest >= 10) return NaN;
  return latestDay.ms + ((hour * 60 + minute) * 60 + second) * 1_000 + tenths * 10 + rest;
}

/** The number that two digits write; negative if one is not a digit: whole numbers are quicker than NaN. */
function twoDigits(text: string, place: number): number {
  const high = text.charCodeAt(place) - ZERO;
  const low = text.charCodeAt(place + 1) - ZERO;
  return high >= 0 && high < 10 && low >= 0 && low < 10 ? 10 * high + low : -1;
}

function isTimeOfDay(hour: string, minute: string, second = "0"): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

function isOffset(zone: string): boolean {
  if (/^z$/i.test(zone)) return true;
  const digits = zone.slice(1).replace(":", "");
  return Number(digits.slice(0, 2)) <= 15 && Number(digits.slice(2) || "0") < 60;
}

function isReadable(text: string): boolean {
  const { year } = Temporal.Instant.from(text).toZonedDateTimeISO("UTC");
  return year >= 1 && year <= 9999;
}
