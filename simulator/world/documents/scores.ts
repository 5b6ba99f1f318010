/** How the scores follow from the night and the day before; shared by the documents that show them. */
import { clamp } from "../random.ts";
import { type Day, dayOf } from "../physiology.ts";
import type { Wearer } from "../wearer.ts";
import type { Measured } from "./night.ts";

const score = (value: number) => Math.round(clamp(value, 1, 100));

/** Sleep contributors and the score they weigh up to. */
export function sleepScore(night: Measured, day: Day): {
  score: number;
  contributors: Record<string, number>;
} {
  const hours = night.asleep / 3600;
  const contributors = {
    deep_sleep: score(25 + night.deep / 60 * 0.8),
    efficiency: score((night.efficiency - 60) * 2.6),
    latency: score(100 - Math.abs(night.latency - 700) / 22),
    rem_sleep: score(15 + night.rem / 60 * 0.75),
    restfulness: score(100 - night.restless * 0.7),
    timing: score(30 + day.sleepQuality * 75),
    total_sleep: score(100 - Math.abs(8 - hours) * 18),
  };
  const weighted = contributors.total_sleep * 0.35 + contributors.efficiency * 0.1 +
    contributors.restfulness * 0.15 + contributors.rem_sleep * 0.1 +
    contributors.deep_sleep * 0.1 + contributors.latency * 0.1 + contributors.timing * 0.1;
  return { score: score(weighted), contributors };
}

/** Readiness contributors; `sleep_regularity` is unknown in the first fortnight. */
export function readinessContributors(wearer: Wearer, day: Day): Record<string, number | null> {
  const before = dayOf(wearer, day.day - 1);
  const known = day.day - wearer.firstDay;
  return {
    activity_balance: known < 7 ? null : score(88 - before.load * 12),
    body_temperature: score(100 - Math.abs(day.temperature) * 55),
    hrv_balance: known < 14 ? null : score(50 + (day.hrv / wearer.body.hrv) * 40),
    previous_day_activity: before.worn ? score(95 - before.load * 14) : null,
    previous_night: score(day.sleepQuality * 115),
    recovery_index: score(90 - before.load * 10 + (day.ill ? -30 : 0)),
    resting_heart_rate: score(100 - (day.restingHeartRate - wearer.body.restingHeartRate) * 7),
    sleep_balance: known < 14 ? null : score(40 + day.sleepQuality * 60),
    sleep_regularity: known < 14 ? null : score(75 + day.sleepQuality * 20),
  };
}
