import { dayOf } from "../physiology.ts";
import { round } from "../random.ts";
import type { Wearer } from "../wearer.ts";
import { epochDay, withOffset } from "../zones.ts";
import { documentId, laterEvent, type SimDocument, utcMidnight } from "../document.ts";
import { readinessContributors, sleepScore } from "./scores.ts";
import { nightOf } from "./sleep.ts";

const UTC_SINCE = epochDay("2021-08-27");
const LAGGING_UNTIL = epochDay("2021-09-27");

/**
 * The `timestamp` of a day's score. Local midnight before 2021-08-27; then UTC midnight, in the first
 * month that of the day before; on travel days UTC midnight written with the local offset, so that
 * its date is not the day. Source: recordings of the ex_oura project.
 */
export function scoreTimestamp(wearer: Wearer, day: number): { text: string; anchor: number } {
  if (day < UTC_SINCE) {
    const midnight = wearer.startOf(day);
    return { text: wearer.iso(midnight, day), anchor: midnight };
  }
  const anchor = utcMidnight(day <= LAGGING_UNTIL ? day - 1 : day);
  const offset = wearer.travelsOn(day) ? wearer.offsetAt(anchor, day) : 0;
  return { text: withOffset(anchor, offset), anchor };
}

/** daily_sleep: appears with the night, and is scored again when its bedtime is edited. */
export function dailySleepOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const night = nightOf(wearer, day, now);
  if (!night || night.inProgress || night.reason === "background_sleep_analysis") return [];
  const { score, contributors } = sleepScore(night.measured, dayOf(wearer, day));
  const { text, anchor } = scoreTimestamp(wearer, day);
  const id = documentId(wearer, "daily_sleep", day);
  const date = wearer.date(day);
  return [{
    key: id,
    day: date,
    anchor,
    body: { id, contributors, day: date, score, timestamp: text },
  }];
}

/** daily_readiness: appears with the night; its temperature is corrected later on some days. */
export function dailyReadinessOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const night = nightOf(wearer, day, now);
  if (!night || night.inProgress || night.reason === "background_sleep_analysis") return [];
  const life = dayOf(wearer, day);
  const { text, anchor } = scoreTimestamp(wearer, day);
  const corrected = laterEvent(wearer, day, "temperature", 0.08, night.span.end);
  const deviation = life.temperature + (corrected !== undefined && now >= corrected ? 0.03 : 0);
  const short = night.measured.asleep < 3 * 3600;
  const early = day - wearer.firstDay < 3;
  const id = documentId(wearer, "daily_readiness", day);
  const date = wearer.date(day);
  return [{
    key: id,
    day: date,
    anchor,
    body: {
      id,
      contributors: readinessContributors(wearer, life),
      day: date,
      score: short ? null : life.readiness,
      temperature_deviation: early ? null : round(deviation, 2),
      temperature_trend_deviation: early ? null : round(deviation / 3, 2),
      timestamp: text,
    },
  }];
}
