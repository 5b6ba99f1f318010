/** What the panels are made of: their shape, and parts of their SQL. */
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";

/** A panel. */
export interface Panel {
  readonly title: string;
  readonly kind: "timeseries" | "table" | "stat" | "barchart";
  /** In Grafana's names: `suffix:…` where it has none. */
  readonly unit?: string;
  /** Of 24. */
  readonly width?: number;
  readonly sql: string;
}

/** A dashboard. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  /** What it shows at first. */
  readonly from: string;
  readonly panels: readonly Panel[];
}

/** Rows of the wearer on top of the dashboard. */
export const OF_WEARER = "user_id = '$wearer' AND deleted_at IS NULL";
/** Days of the span that is shown. */
export const IN_SPAN =
  "day BETWEEN $__timeFrom()::timestamptz::date AND $__timeTo()::timestamptz::date";
/** Both. */
export const WHERE = `WHERE ${OF_WEARER} AND ${IN_SPAN}`;

/** Columns of a table with a row per day. */
export function daily(table: string, columns: string): string {
  return `SELECT day::timestamptz AS "time", ${columns} FROM oura.${q(table)} ${WHERE} ORDER BY 1`;
}

/** Columns of the main night of each day: the long sleep with the longest total sleep. */
export function nightly(columns: string): string {
  return `SELECT DISTINCT ON (day) day::timestamptz AS "time", ${columns} FROM oura.sleep ` +
    `${WHERE} AND type = 'long_sleep' ORDER BY day, total_sleep_duration DESC NULLS LAST`;
}

/** Days that are not over are not part of sums that still grow. */
export const OVER =
  "AND day < (now() AT TIME ZONE coalesce(utc_offset, interval '0') - interval '4 hours')::date";
