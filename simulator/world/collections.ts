/** Every kind of data the world holds, under the names of the catalog. */
import type { DocumentsOfDay } from "./document.ts";
import type { Rows } from "./rows.ts";
import type { Wearer } from "./wearer.ts";
import { batteryOfDay } from "./documents/battery.ts";
import { dailyActivityOfDay } from "./documents/daily_activity.ts";
import { dailyReadinessOfDay, dailySleepOfDay } from "./documents/daily_scores.ts";
import { heartRateOfDay } from "./documents/heart_rate.ts";
import { enhancedTagsOfDay, sessionsOfDay, tagsOfDay, workoutsOfDay } from "./documents/moments.ts";
import { sleepOfDay } from "./documents/sleep.ts";
import { personalInfoOf, restModeOfDay, ringsOf } from "./documents/standing.ts";
import {
  dailyCardiovascularAgeOfDay,
  dailyResilienceOfDay,
  dailySpo2OfDay,
  dailyStressOfDay,
  sleepTimeOfDay,
  vo2MaxOfDay,
} from "./documents/wellbeing.ts";

/** Documents that belong to a local day. */
export const DAILY = {
  daily_activity: dailyActivityOfDay,
  daily_sleep: dailySleepOfDay,
  daily_readiness: dailyReadinessOfDay,
  daily_spo2: dailySpo2OfDay,
  daily_stress: dailyStressOfDay,
  daily_resilience: dailyResilienceOfDay,
  daily_cardiovascular_age: dailyCardiovascularAgeOfDay,
  sleep: sleepOfDay,
  sleep_time: sleepTimeOfDay,
  workout: workoutsOfDay,
  session: sessionsOfDay,
  tag: tagsOfDay,
  enhanced_tag: enhancedTagsOfDay,
  rest_mode_period: restModeOfDay,
  vo2_max: vo2MaxOfDay,
} as const satisfies Record<string, DocumentsOfDay>;

/** Rows of a time series. */
export const SERIES = {
  heart_rate: heartRateOfDay,
  ring_battery_level: batteryOfDay,
} as const satisfies Record<string, (wearer: Wearer, day: number, now: number) => Rows>;

/** Collections without days. */
export const STANDING = {
  ring_configuration: ringsOf,
  personal_info: (wearer: Wearer) => [personalInfoOf(wearer)],
} as const;

/** A kind of document with a day. */
export type DailyName = keyof typeof DAILY;
/** A time series. */
export type SeriesName = keyof typeof SERIES;
/** A collection without days. */
export type StandingName = keyof typeof STANDING;
/** A data type under its catalog name. */
export type TypeName = DailyName | SeriesName | StandingName;

/** All data types, under their catalog names. */
export const TYPE_NAMES: readonly TypeName[] = [
  ...Object.keys(DAILY),
  ...Object.keys(SERIES),
  ...Object.keys(STANDING),
] as TypeName[];

/** Whether a text names a data type. */
export function isTypeName(name: string): name is TypeName {
  return (TYPE_NAMES as readonly string[]).includes(name);
}

/** Whether the type is a time series. */
export function isSeries(name: TypeName): name is SeriesName {
  return name in SERIES;
}

/** Whether the type's documents have a day. */
export function isDaily(name: TypeName): name is DailyName {
  return name in DAILY;
}
