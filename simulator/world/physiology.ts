/**
 * What a person's days are like before any ring measures them: when they sleep, train and fall ill,
 * and what that does to heart, temperature and readiness the day after.
 */
import { Cache } from "./cache.ts";
import { clamp, round } from "./random.ts";
import { isUnworn, storyIllness, strainOf } from "./story.ts";
import type { Wearer } from "./wearer.ts";
import { HOUR, MINUTE, weekday } from "./zones.ts";

/** A stretch of time, in instants. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Planned exercise. */
export interface Training extends Span {
  readonly activity: string;
  readonly intensity: "easy" | "moderate" | "hard";
}

/** A rest during the day. */
export interface Nap extends Span {
  /** What the ring makes of it; `vanishes` is a nap Oura later takes back without a trace. */
  readonly fate: "nap" | "rest" | "deleted" | "vanishes";
}

/** A wearer's local day. */
export interface Day {
  readonly day: number;
  /** Days without the ring leave no documents. */
  readonly worn: boolean;
  /** The night that ends on this day. */
  readonly night: Span;
  /** 0 to 1. */
  readonly sleepQuality: number;
  readonly trainings: readonly Training[];
  readonly naps: readonly Nap[];
  /** Hours of training, weighted by intensity. */
  readonly load: number;
  readonly ill: boolean;
  /** bpm of the night. */
  readonly restingHeartRate: number;
  /** ms */
  readonly hrv: number;
  /** °C from the usual. */
  readonly temperature: number;
  /** 1 to 100. */
  readonly readiness: number;
  readonly steps: number;
}

/** An illness: its first epoch day, length, and whether rest mode is ever switched off. */
export interface Illness {
  readonly from: number;
  readonly days: number;
  readonly forgotten: boolean;
}

const ILLNESS_CYCLE = 45;
const WEIGHT = { easy: 0.5, moderate: 1, hard: 1.6 } as const;
const ACTIVITIES = ["running", "cycling", "strength_training", "swimming", "walking"] as const;

const remembered = new Cache<string, Day>(4_000);

/** The life of a wearer on a local day. */
export function dayOf(wearer: Wearer, day: number): Day {
  return remembered.get(`${day} ${wearer.cacheKey}`, () => makeDay(wearer, day));
}

/** The illness of a day's six weeks, if any; the first six weeks always have one. */
export function illnessNear(wearer: Wearer, day: number): Illness | undefined {
  const told = storyIllness(wearer, day);
  if (told || wearer.story.illness) return told;
  const cycle = Math.floor((day - wearer.firstDay) / ILLNESS_CYCLE);
  if (cycle < 0) return undefined;
  const random = wearer.random(cycle, "illness");
  const ill = random.chance(0.45) || cycle === 0;
  const latest = cycle === 0 ? 16 : ILLNESS_CYCLE - 8;
  const from = wearer.firstDay + cycle * ILLNESS_CYCLE + random.int(1, latest);
  const days = random.int(3, 6);
  const forgotten = random.chance(0.3);
  return ill ? { from, days, forgotten } : undefined;
}

function isIll(wearer: Wearer, day: number): boolean {
  const illness = illnessNear(wearer, day);
  return illness !== undefined && day >= illness.from && day < illness.from + illness.days;
}

function trainingsOf(wearer: Wearer, day: number): Training[] {
  const random = wearer.random(day, "training");
  const dayOfWeek = weekday(day);
  const weekend = dayOfWeek === 0 || dayOfWeek === 6;
  const planned = dayOfWeek === 2 || dayOfWeek === 4 || dayOfWeek === 6;
  const trains = random.chance(planned ? 0.88 : 0.15) && !isIll(wearer, day);
  if (!trains) return [];
  const hour = weekend ? random.between(9, 11.5) : random.between(16.5, 19);
  const minutes = weekend ? random.int(50, 95) : random.int(30, 60);
  const start = toMinute(wearer.instantAt(day, hour));
  const main: Training = {
    start,
    end: start + minutes * MINUTE,
    activity: random.pick(ACTIVITIES),
    intensity: random.pick(["easy", "moderate", "moderate", "hard"] as const),
  };
  if (!random.chance(0.2)) return [main];
  const walk = toMinute(wearer.instantAt(day, random.between(12, 13)));
  const minutesOfWalk = random.int(20, 35);
  return [main, {
    start: walk,
    end: walk + minutesOfWalk * MINUTE,
    activity: "walking",
    intensity: "easy",
  }];
}

function loadOf(trainings: readonly Training[]): number {
  let load = 0;
  for (const one of trainings) load += (one.end - one.start) / HOUR * WEIGHT[one.intensity];
  return load;
}

function napsOf(wearer: Wearer, day: number, worn: boolean): Nap[] {
  const random = wearer.random(day, "nap");
  if (!random.chance(0.3) || !worn) return [];
  const late = random.chance(0.3);
  const start = toMinute(wearer.instantAt(day, late ? 17.6 : random.between(13, 15)));
  const minutes = random.int(25, 85);
  return [{
    start,
    end: start + minutes * MINUTE,
    fate: random.pick(["nap", "nap", "nap", "rest", "rest", "deleted", "vanishes"] as const),
  }];
}

function makeDay(wearer: Wearer, day: number): Day {
  const random = wearer.random(day, "day");
  const worn = !random.chance(1 / 60) && !isUnworn(wearer, day);
  const dayOfWeek = weekday(day);
  const free = dayOfWeek === 0 || dayOfWeek === 6;
  const ill = isIll(wearer, day);
  const strain = strainOf(wearer, day);
  const shift = wearer.body.chronotype + (free ? 0.9 : 0);
  const bedtime = clamp(-1 + shift + random.bell() * 0.6, -3.5, 3);
  const wake = clamp(6.9 + shift * 1.1 + random.bell() * 0.5, bedtime + 4.5, bedtime + 10);
  const sleepHours = wake - bedtime;
  const sleepQuality = clamp(
    0.68 + random.bell() * 0.11 + (sleepHours - 7.5) * 0.05 - (ill ? 0.18 : 0) -
      Math.max(0, bedtime - 0.5) * 0.05 + strain.sleepQuality,
    0.15,
    0.98,
  );
  const yesterday = loadOf(trainingsOf(wearer, day - 1));
  const trainings = trainingsOf(wearer, day);
  const load = loadOf(trainings);
  const season = Math.sin(day / 58);
  const temperature = round(
    0.14 * Math.sin(day / 4.5) + random.bell() * 0.12 + (ill ? 0.85 : 0) +
      strain.temperature,
    2,
  );
  const readiness = Math.round(clamp(
    84 + (sleepQuality - 0.68) * 70 - yesterday * 6 - (ill ? 22 : 0) + random.bell() * 3 +
      strain.readiness,
    25,
    99,
  ));
  return {
    day,
    worn,
    night: {
      start: toMinute(wearer.instantAt(day, bedtime)),
      end: toMinute(wearer.instantAt(day, wake)),
    },
    sleepQuality,
    trainings,
    naps: napsOf(wearer, day, worn),
    load,
    ill,
    restingHeartRate: Math.round(
      wearer.body.restingHeartRate + yesterday * 2.2 + (ill ? 7 : 0) + (0.68 - sleepQuality) * 8 +
        season + strain.heartRate,
    ),
    hrv: Math.round(clamp(
      wearer.body.hrv * strain.hrv *
        (1 - yesterday * 0.08 - (ill ? 0.25 : 0) + (sleepQuality - 0.68) * 0.5),
      9,
      150,
    )),
    temperature,
    readiness,
    steps: Math.round(
      clamp(
        wearer.body.steps * strain.steps *
            (1 + random.bell() * 0.2 + load * 0.35 - (ill ? 0.6 : 0)) -
          (dayOfWeek === 0 ? 1_500 : 0),
        700,
        32_000,
      ),
    ),
  };
}

function toMinute(instant: number): number {
  return Math.round(instant / MINUTE) * MINUTE;
}
