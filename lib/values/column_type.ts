/** The SQL column types `oura.yaml` may name, and the rule by which a JSON value fits each. */
import { isCalendarDate } from "./days.ts";
import { isStorableJson, isStorableText } from "./pg_limits.ts";
import { readTimestampText } from "./timestamp_text.ts";

/** Every type a declared column can have. */
export const COLUMN_TYPES = [
  "text",
  "smallint",
  "integer",
  "bigint",
  "real",
  "double precision",
  "numeric",
  "boolean",
  "date",
  "timestamptz",
  "interval",
  "jsonb",
  "text[]",
] as const;

/** See {@linkcode COLUMN_TYPES}. */
export type ColumnType = typeof COLUMN_TYPES[number];

/** A value as the loader sends it inside a JSON batch. */
export type ColumnValue = string | number | boolean | null | readonly unknown[] | object;

/** Whether a value fits a column; `reason` never contains the value itself. */
export type Fit = { ok: true; value: ColumnValue } | { ok: false; reason: string };

/** The least and the greatest value of each type of whole numbers. */
export const INTEGER_LIMITS = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
} as const;

const REAL_MAX = 3.4028234663852886e38;
const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
/** Also as some write it for a number that is whole: `3.0`. */
const WHOLE_TEXT = /^[+-]?\d{1,19}(\.0*)?$/;
/** A mantissa with a digit other than zero. */
const NOT_ZERO = /^[^eE]*[1-9]/;
const LONGEST_NUMBER = 1_000;
/** So many digits a part that no sum of parts is beyond what an interval holds. */
const ISO_DURATION =
  /^P(?=.)(\d{1,7}Y)?(\d{1,9}M)?(\d{1,8}W)?(\d{1,9}D)?(T(?=\d)(\d{1,8}H)?(\d{1,9}M)?(\d{1,9}(\.\d+)?S)?)?$/;

/** JSON can write such numbers, JavaScript cannot hold them: stored they would become null. */
const NOT_FINITE = "the number is larger than what can be read";

const yes = (value: ColumnValue): Fit => ({ ok: true, value });
const no = (reason: string): Fit => ({ ok: false, reason });

/**
 * Decides whether a JSON value fits a column, and how it is sent. What fits here is accepted by
 * PostgreSQL; what PostgreSQL would refuse or change does not fit. `null` and `undefined` fit all.
 */
export function fit(value: unknown, type: ColumnType): Fit {
  if (value === null || value === undefined) return yes(null);
  switch (type) {
    case "text":
      return fitText(value);
    case "smallint":
    case "integer":
    case "bigint":
      return fitInteger(value, type);
    case "real":
    case "double precision":
    case "numeric":
      return fitNumber(value, type);
    case "boolean":
      if (typeof value === "boolean") return yes(value);
      return value === "true" || value === "false"
        ? yes(value === "true")
        : no(`${kindOf(value)} is not true or false`);
    case "date":
      return typeof value === "string" && isCalendarDate(value)
        ? yes(value)
        : no(`${kindOf(value)} is not a calendar date (YYYY-MM-DD)`);
    case "timestamptz":
      return fitTimestamp(value);
    case "interval":
      return fitInterval(value);
    case "jsonb":
      if (typeof value === "number" && !Number.isFinite(value)) return no(NOT_FINITE);
      return isStorableJson(value, JSON.stringify(value))
        ? yes(value as ColumnValue)
        : no("the JSON holds a character no database stores");
    case "text[]":
      return fitTextArray(value);
  }
}

/** What kind of JSON value this is, for messages that must not show the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "object":
      return "an object";
    case "string":
      return "a text";
    case "number":
      return Number.isInteger(value) ? "a whole number" : "a number";
    case "undefined":
      return "nothing";
    default:
      return `a ${typeof value}`;
  }
}

function fitText(value: unknown): Fit {
  if (typeof value === "string") {
    return isStorableText(value) ? yes(value) : no("the text holds a character no database stores");
  }
  if (Number.isFinite(value) || typeof value === "boolean") return yes(String(value));
  return no(`${kindOf(value)} is not text (declare the column as jsonb to keep it whole)`);
}

function fitInteger(value: unknown, type: keyof typeof INTEGER_LIMITS): Fit {
  if (typeof value === "number" && !Number.isInteger(value)) {
    return no("a number with a fraction (declare the column as double precision or numeric)");
  }
  const [least, most] = INTEGER_LIMITS[type];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) {
    return yes(value);
  }
  if (typeof value !== "number" && !(typeof value === "string" && WHOLE_TEXT.test(value))) {
    return no(`${kindOf(value)} is not a whole number`);
  }
  const whole = BigInt(typeof value === "string" ? value.replace(/^\+|\.0*$/g, "") : value);
  if (whole < least || whole > most) return no(`the number is outside the range of ${type}`);
  return yes(Number.isSafeInteger(Number(whole)) ? Number(whole) : whole.toString());
}

function fitNumber(value: unknown, type: "real" | "double precision" | "numeric"): Fit {
  const isText = typeof value === "string" && value.length <= LONGEST_NUMBER &&
    NUMBER_TEXT.test(value);
  const number = isText ? Number(value) : value;
  if (typeof number !== "number") return no(`${kindOf(value)} is not a number`);
  if (!Number.isFinite(number) || (type === "real" && Math.abs(number) > REAL_MAX)) {
    return no(`the number is outside the range of ${type}`);
  }
  if (type === "numeric" && isText) return yes(value);
  const kept = type === "real" ? Math.fround(number) : number;
  if (kept === 0 && (isText ? NOT_ZERO.test(value) : number !== 0)) {
    return no(`the number is too close to zero for ${type}`);
  }
  return yes(number);
}

/** A time of day without a zone is read as UTC; a whole number as unix milliseconds. */
function fitTimestamp(value: unknown): Fit {
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 8.64e15) {
    const date = new Date(value);
    return date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999
      ? yes(date.toISOString())
      : no("the unix time is outside the years 1 to 9999");
  }
  if (typeof value !== "string") return no(`${kindOf(value)} is not a date and time`);
  if (value !== lastTimestamp.text) lastTimestamp = { text: value, fit: fitTimestampText(value) };
  return lastTimestamp.fit;
}

/**
 * The latest answer. The schema, the key and the column of a sample ask for the same timestamp in a
 * row, and of hundreds of thousands of samples.
 */
let lastTimestamp: { text: string; fit: Fit } = { text: "", fit: no("the text is empty") };

function fitTimestampText(value: string): Fit {
  const read = readTimestampText(value);
  return "text" in read ? yes(read.text) : no(read.reason);
}

/** A number counts seconds; digits beyond the microsecond are left off. */
function fitInterval(value: unknown): Fit {
  if (typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 1e11) {
    // Without an exponent, which PostgreSQL does not read here.
    return yes(`${Number.isInteger(value) ? value : value.toFixed(6)} seconds`);
  }
  return typeof value === "string" && value.length < 64 && ISO_DURATION.test(value)
    ? yes(value)
    : no(`${kindOf(value)} is neither seconds nor an ISO 8601 duration`);
}

function fitTextArray(value: unknown): Fit {
  if (!Array.isArray(value)) return no(`${kindOf(value)} is not an array of texts`);
  const items: (string | null)[] = [];
  for (const item of value) {
    const fitted = fit(item, "text");
    if (!fitted.ok) return no(`an item of the array: ${fitted.reason}`);
    items.push(fitted.value as string | null);
  }
  return yes(items);
}
