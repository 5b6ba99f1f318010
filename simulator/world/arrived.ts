/** What Oura holds of a wearer's day: what happened, less what has not arrived. */
import { DAILY, type DailyName, SERIES, type SeriesName } from "./collections.ts";
import type { SimDocument } from "./document.ts";
import { NO_ROWS, type Rows } from "./rows.ts";
import type { Wearer } from "./wearer.ts";

/** The documents of a local day that Oura holds at `now`. */
export function documentsOfDay(
  type: DailyName,
  wearer: Wearer,
  day: number,
  now: number,
): SimDocument[] {
  return wearer.withholds(type, day, now) ? [] : DAILY[type](wearer, day, now);
}

/** The rows of a local day that Oura holds at `now`. */
export function rowsOfDay(type: SeriesName, wearer: Wearer, day: number, now: number): Rows {
  return wearer.withholds(type, day, now) ? NO_ROWS : SERIES[type](wearer, day, now);
}
