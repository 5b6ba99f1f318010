import { type Day, dayOf } from "../physiology.ts";
import { clamp, Random, round } from "../random.ts";
import type { Wearer } from "../wearer.ts";
import { DAY, MINUTE } from "../zones.ts";
import { documentId, laterEvent, type SimDocument, syncedUntil } from "../document.ts";

const DAY_STARTS = 4; // Hours of the wall clock: "a 24-hour period starting at 4 a.m." (SPEC).
const MET = { easy: 3.2, moderate: 6.5, hard: 9.5 } as const;
const TARGET_KCAL = 450;
const TARGET_METERS = 9_000;
const METERS_PER_STEP = 0.75;

/**
 * daily_activity: 04:00 to 04:00 local time, 1,440 minutes but on days of a clock change or a flight.
 * The current day's document is partial and grows with each sync of the phone. Days without the ring
 * have none. Steps of some days are revised after the day ended.
 */
export function dailyActivityOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const life = dayOf(wearer, day);
  const start = wearer.instantAt(day, DAY_STARTS);
  const end = wearer.instantAt(day + 1, DAY_STARTS);
  const until = Math.min(end, syncedUntil(now));
  if (!life.worn || until < start + 15 * MINUTE) return [];
  const met = minutesOf(wearer, life, start, until);
  const sums = sumUp(met);
  const share = (until - start) / DAY;
  const revised = laterEvent(wearer, day, "steps", 0.2, end);
  const correction = revised !== undefined && now >= revised ? 1.04 : 1;
  const steps = Math.round(life.steps * wakingShare(share) * correction);
  const meters = Math.round(steps * METERS_PER_STEP);
  const partial = until < end;
  const date = wearer.date(day);
  const id = documentId(wearer, "daily_activity", day);
  const percent = (value: number) => Math.round(clamp(value, 1, 100));
  const body = {
    id,
    active_calories: Math.round(sums.activeMet * 1.05 * wearer.body.weight / 70),
    average_met_minutes: round(sums.total / Math.max(1, met.length), 5),
    class_5_min: classes(met),
    contributors: {
      meet_daily_targets: percent(40 + life.steps / 200),
      move_every_hour: percent(95 - sums.alerts * 8),
      recovery_time: percent(100 - life.load * 15),
      stay_active: percent(100 - sums.sedentary / 12),
      training_frequency: day - wearer.firstDay < 7 ? null : percent(70 + life.load * 15),
      training_volume: day - wearer.firstDay < 7 ? null : percent(65 + life.load * 20),
    },
    day: date,
    equivalent_walking_distance: Math.round(meters * 1.1),
    high_activity_met_minutes: Math.round(sums.highMet),
    high_activity_time: sums.high * 60,
    inactivity_alerts: sums.alerts,
    low_activity_met_minutes: Math.round(sums.lowMet),
    low_activity_time: sums.low * 60,
    medium_activity_met_minutes: Math.round(sums.mediumMet),
    medium_activity_time: sums.medium * 60,
    met: { interval: 60, items: met, timestamp: wearer.iso(start, day) },
    meters_to_target: Math.max(0, TARGET_METERS - meters),
    non_wear_time: sums.nonWear * 60,
    resting_time: sums.rest * 60,
    score: partial && share < 0.3 ? null : percent(50 + life.steps / 400 + life.load * 6),
    sedentary_met_minutes: Math.round(sums.sedentaryMet),
    sedentary_time: sums.sedentary * 60,
    steps,
    target_calories: TARGET_KCAL,
    target_meters: TARGET_METERS,
    timestamp: wearer.iso(start, day),
    total_calories: Math.round(1_550 * share + sums.activeMet * wearer.body.weight / 70),
  };
  return [{ key: id, day: date, anchor: start, body }];
}

/** How much of the day's walking is done at a share of the activity day. */
function wakingShare(share: number): number {
  return clamp((share - 0.12) / 0.68, 0, 1);
}

/** MET of each minute; a minute's value never changes while the day continues. */
function minutesOf(wearer: Wearer, life: Day, start: number, until: number): number[] {
  const random = new Random(wearer.seed ^ Math.imul(life.day, 0x2545f491));
  const tonight = dayOf(wearer, life.day + 1).night.start;
  const offFrom = start + random.int(6, 14) * 60 * MINUTE;
  const offFor = random.int(0, 40) * MINUTE;
  const walking = life.steps / 9_000 * 0.16;
  const items: number[] = [];
  let stroll = 0;
  for (let at = start; at < until; at += MINUTE) {
    const draw = random.next();
    const more = random.next();
    const training = life.trainings.find((one) => at >= one.start && at < one.end);
    if (training) items.push(round(MET[training.intensity] * (0.85 + draw * 0.3), 1));
    else if (at >= offFrom && at < offFrom + offFor) items.push(0.1);
    else if (at < life.night.end || at >= tonight) items.push(0.9);
    else if (stroll > 0) {
      stroll--;
      items.push(round(2 + draw * 1.8, 1));
    } else {
      if (draw < walking * 0.25) stroll = 3 + Math.floor(more * 10);
      items.push(round(1 + draw * 0.6, 1));
    }
  }
  return items;
}

function sumUp(met: readonly number[]) {
  const sums = {
    total: 0,
    activeMet: 0,
    nonWear: 0,
    rest: 0,
    sedentary: 0,
    sedentaryMet: 0,
    low: 0,
    lowMet: 0,
    medium: 0,
    mediumMet: 0,
    high: 0,
    highMet: 0,
    alerts: 0,
  };
  let still = 0;
  for (const value of met) {
    sums.total += value;
    if (value < 0.5) sums.nonWear++;
    else if (value < 1) sums.rest++;
    else if (value < 1.9) {
      sums.sedentary++;
      sums.sedentaryMet += value;
      if (++still % 60 === 0) sums.alerts++;
      continue;
    } else {
      sums.activeMet += value;
      if (value < 3.5) {
        sums.low++;
        sums.lowMet += value;
      } else if (value < 7) {
        sums.medium++;
        sums.mediumMet += value;
      } else {
        sums.high++;
        sums.highMet += value;
      }
    }
    still = 0;
  }
  return sums;
}

/** One character for each whole five minutes, by their most active minute. */
function classes(met: readonly number[]): string {
  let text = "";
  for (let first = 0; first + 5 <= met.length; first += 5) {
    const most = Math.max(...met.slice(first, first + 5));
    text += most < 0.5 ? 0 : most < 1 ? 1 : most < 1.9 ? 2 : most < 3.5 ? 3 : most < 7 ? 4 : 5;
  }
  return text;
}
