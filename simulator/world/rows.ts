/** A day's rows of a time series, in columns: a million of them must stay cheap. */
export interface Rows {
  /** Instants, ascending; equal ones follow each other. */
  readonly times: Float64Array;
  /** Each row as JSON, as Oura sends it. */
  readonly json: readonly string[];
  /** Each row's identity: the instant, for heart rate with `|` and the source. */
  key(index: number): string;
}

/** No rows. */
export const NO_ROWS: Rows = { times: new Float64Array(), json: [], key: () => "" };

const DAY = 86_400_000;
let prefixDay = NaN;
let prefix = "";

const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

/** `2026-07-30T04:03:19.000Z`, faster than Date's for instants of one day in whole seconds. */
export function utcText(instant: number): string {
  const day = Math.floor(instant / DAY);
  if (day !== prefixDay) {
    prefixDay = day;
    prefix = new Date(day * DAY).toISOString().slice(0, 11);
  }
  const seconds = Math.floor((instant - day * DAY) / 1_000);
  const hour = Math.floor(seconds / 3_600);
  const minute = Math.floor(seconds / 60) % 60;
  return `${prefix}${two[hour]}:${two[minute]}:${two[seconds % 60]}.000Z`;
}
