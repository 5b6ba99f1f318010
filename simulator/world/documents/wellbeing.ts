/** The daily documents without a timestamp, and VO2 max. */
import { dayOf } from "../physiology.ts";
import { clamp, round } from "../random.ts";
import type { Wearer } from "../wearer.ts";
import { epochDay, HOUR } from "../zones.ts";
import { documentId, type SimDocument, syncedUntil, utcMidnight } from "../document.ts";
import { nightOf } from "./sleep.ts";

const CARDIO_IDS_SINCE = epochDay("2025-01-01");

function dated(
  wearer: Wearer,
  type: string,
  day: number,
  fields: Record<string, unknown>,
): SimDocument[] {
  const id = documentId(wearer, type, day);
  const date = wearer.date(day);
  return [{ key: id, day: date, anchor: utcMidnight(day), body: { id, day: date, ...fields } }];
}

function hasSlept(wearer: Wearer, day: number, now: number): boolean {
  const night = nightOf(wearer, day, now);
  return night !== undefined && night.reason !== "background_sleep_analysis";
}

/** daily_spo2: not with generation 2 rings; null on nights it could not be measured. */
export function dailySpo2OfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  if (wearer.ring === "gen1" || wearer.ring === "gen2" || !hasSlept(wearer, day, now)) return [];
  const random = wearer.random(day, "spo2");
  const unmeasured = random.chance(0.08);
  const average = round(clamp(97.2 + random.bell() * 0.7, 92, 99.5), 3);
  return dated(wearer, "daily_spo2", day, {
    breathing_disturbance_index: unmeasured ? null : random.int(0, 12),
    spo2_percentage: unmeasured ? null : { average },
  });
}

/** daily_stress: grows through the day; its summary comes at the end, or never. */
export function dailyStressOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const life = dayOf(wearer, day);
  const noon = wearer.instantAt(day, 12);
  const end = wearer.startOf(day + 1);
  const until = Math.min(end, syncedUntil(now));
  if (!life.worn || day < wearer.firstDay || until < noon) return [];
  const random = wearer.random(day, "stress");
  const share = clamp((until - life.night.end) / (15 * HOUR), 0, 1);
  const stressed = Math.round((30 + (100 - life.readiness) * 2.2) * share) * 60;
  const recovered = Math.round((10 + life.readiness * 0.9 * random.next()) * share) * 60;
  const summary = stressed > recovered * 3
    ? "stressful"
    : recovered > stressed
    ? "restored"
    : "normal";
  const silent = random.chance(0.12);
  const missing = silent ? {} : { day_summary: until < end ? null : summary };
  return dated(wearer, "daily_stress", day, {
    ...missing,
    recovery_high: recovered,
    stress_high: stressed,
  });
}

/** daily_resilience: from the third week on. */
export function dailyResilienceOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  if (day - wearer.firstDay < 14 || !hasSlept(wearer, day, now)) return [];
  const life = dayOf(wearer, day);
  const random = wearer.random(day, "resilience");
  const part = (value: number) => round(clamp(value + random.bell() * 4, 1, 99), 1);
  const contributors = {
    sleep_recovery: part(30 + life.sleepQuality * 60),
    daytime_recovery: part(20 + life.readiness * 0.5),
    stress: part(life.readiness * 0.75),
  };
  const mean = (contributors.sleep_recovery + contributors.daytime_recovery +
    contributors.stress) / 3;
  const levels = ["limited", "adequate", "solid", "strong", "exceptional"] as const;
  const level = levels[clamp(Math.floor((mean - 40) / 9), 0, 4)];
  return dated(wearer, "daily_resilience", day, { contributors, level });
}

/** daily_cardiovascular_age: documents from before 2025 have no `id`; not every day has one. */
export function dailyCardiovascularAgeOfDay(
  wearer: Wearer,
  day: number,
  now: number,
): SimDocument[] {
  const random = wearer.random(day, "cardio");
  if (random.chance(0.1) || day - wearer.firstDay < 7 || !hasSlept(wearer, day, now)) return [];
  const age = Math.round(clamp(wearer.body.age - 2 + random.bell() * 1.5, 18, 100));
  const measures = {
    pulse_wave_velocity: random.chance(0.3) ? null : round(4.5 + age / 18, 2),
    vascular_age: age,
  };
  if (day >= CARDIO_IDS_SINCE) return dated(wearer, "daily_cardiovascular_age", day, measures);
  const date = wearer.date(day);
  return [{ key: date, day: date, anchor: utcMidnight(day), body: { day: date, ...measures } }];
}

/** sleep_time: the suggested bedtime; usually none is known. */
export function sleepTimeOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  if (!hasSlept(wearer, day, now)) return [];
  const random = wearer.random(day, "sleep time");
  const known = day - wearer.firstDay >= 14 && random.chance(0.3);
  const start = Math.round((-1.5 + wearer.body.chronotype) * 4) * 900;
  const offset = wearer.offsetAt(wearer.startOf(day), day) * 60;
  return dated(wearer, "sleep_time", day, {
    optimal_bedtime: known
      ? { day_tz: offset, end_offset: start + 2_700, start_offset: start }
      : null,
    recommendation: known ? "follow_optimal_bedtime" : random.pick(["improve_efficiency", null]),
    status: known
      ? "optimal_found"
      : day - wearer.firstDay < 14
      ? "not_enough_nights"
      : "only_recommended_found",
  });
}

/** vO2_max: an estimate after some of the harder trainings. */
export function vo2MaxOfDay(wearer: Wearer, day: number, now: number): SimDocument[] {
  const life = dayOf(wearer, day);
  const hard = life.trainings.find((one) => one.intensity !== "easy");
  const random = wearer.random(day, "vo2");
  if (!hard || !life.worn || day < wearer.firstDay || random.chance(0.5)) return [];
  if (syncedUntil(now) < hard.end + HOUR) return [];
  const date = wearer.date(day);
  const id = documentId(wearer, "vo2_max", day);
  const fitness = Math.sin(day / 110) * 1.5;
  const body = {
    id,
    day: date,
    timestamp: wearer.iso(hard.end, day),
    vo2_max: Math.round(wearer.body.vo2Max + fitness + random.bell() * 0.4),
  };
  return [{ key: id, day: date, anchor: hard.end, body }];
}
