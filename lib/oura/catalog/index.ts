/** The catalog: every kind of document Oura serves to ordinary applications, by name. */
import type { z } from "zod";
import type { DataType } from "./data_type.ts";
import { dailyActivity } from "./daily_activity.ts";
import { dailyCardiovascularAge } from "./daily_cardiovascular_age.ts";
import { dailyReadiness } from "./daily_readiness.ts";
import { dailyResilience } from "./daily_resilience.ts";
import { dailySleep } from "./daily_sleep.ts";
import { dailySpo2 } from "./daily_spo2.ts";
import { dailyStress } from "./daily_stress.ts";
import { enhancedTag } from "./enhanced_tag.ts";
import type { ExportType } from "./export_type.ts";
import { EXPORT_CATALOG } from "./export_types.ts";
import { heartRate } from "./heart_rate.ts";
import { personalInfo } from "./personal_info.ts";
import { restModePeriod } from "./rest_mode_period.ts";
import { ringBatteryLevel } from "./ring_battery_level.ts";
import { ringConfiguration } from "./ring_configuration.ts";
import { session } from "./session.ts";
import { sleep } from "./sleep.ts";
import { sleepTime } from "./sleep_time.ts";
import { tag } from "./tag.ts";
import { vo2Max } from "./vo2_max.ts";
import { workout } from "./workout.ts";

/** Every data type under its name: dailies, time series, sessions and events, profile and device. */
export const DATA_TYPES = {
  daily_activity: dailyActivity,
  daily_sleep: dailySleep,
  daily_readiness: dailyReadiness,
  daily_spo2: dailySpo2,
  daily_stress: dailyStress,
  daily_resilience: dailyResilience,
  daily_cardiovascular_age: dailyCardiovascularAge,
  vo2_max: vo2Max,
  sleep_time: sleepTime,
  heart_rate: heartRate,
  ring_battery_level: ringBatteryLevel,
  sleep,
  workout,
  session,
  tag,
  enhanced_tag: enhancedTag,
  rest_mode_period: restModePeriod,
  personal_info: personalInfo,
  ring_configuration: ringConfiguration,
} as const satisfies Record<string, DataType>;

/** The names `oura.yaml` and the command line know. */
export type DataTypeName = keyof typeof DATA_TYPES;

/** The document of a data type, as the client returns it: `DocumentOf<"daily_sleep">`. */
export type DocumentOf<Name extends DataTypeName> = z.infer<(typeof DATA_TYPES)[Name]["document"]>;

/** All data types, in the order people read them. */
export const CATALOG: readonly DataType[] = Object.values(DATA_TYPES);

/** Whether the catalog knows a data type of this name. */
export function isDataTypeName(name: string): name is DataTypeName {
  return Object.hasOwn(DATA_TYPES, name);
}

/** The data type of this name; undefined where the catalog knows none. */
export function findDataType(name: string): DataType | undefined {
  return isDataTypeName(name) ? DATA_TYPES[name] : undefined;
}

/** The type of this name that only the account export holds; undefined where there is none. */
export function findExportType(name: string): ExportType | undefined {
  return EXPORT_CATALOG.find((type) => type.name === name);
}

/** The type of this name, whether the API or only the account export has it. */
export function findKnownType(name: string): ExportType | undefined {
  return findDataType(name) ?? findExportType(name);
}
