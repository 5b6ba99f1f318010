/** The files of an account export: which data type each holds, and what is never opened. */

/** What is done with a member of an archive. */
export type Verdict =
  | { readonly kind: "load"; readonly dataType: string }
  /** `sensitive`: known, and skipped. `never`: not opened. `unknown`: named in the report. */
  | { readonly kind: "sensitive" | "never" | "unknown" };

/** Data type by file name. The second half are short names that readers of exports reported. */
const LOADED: Readonly<Record<string, string>> = {
  dailysleep: "daily_sleep",
  dailyreadiness: "daily_readiness",
  dailyactivity: "daily_activity",
  sleepmodel: "sleep",
  sleeptime: "sleep_time",
  dailyspo2: "daily_spo2",
  dailystress: "daily_stress",
  dailyresilience: "daily_resilience",
  dailycardiovascularage: "daily_cardiovascular_age",
  vo2max: "vo2_max",
  workout: "workout",
  session: "session",
  enhancedtag: "enhanced_tag",
  restmodeperiod: "rest_mode_period",
  ringconfiguration: "ring_configuration",
  heartrate: "heart_rate",
  ringbatterylevel: "ring_battery_level",
  temperature: "skin_temperature",
  daytimestress: "daytime_stress",
  stepcount: "step_count",
  timezone: "time_zone",
  bloodglucose: "blood_glucose",
  bloodpressure: "blood_pressure",
  meal: "meal",
  fooditem: "food_item",
  dailysmoothedcardiovascularage: "daily_smoothed_cardiovascular_age",
  sleep: "sleep",
  tag: "enhanced_tag",
};

/** Reproductive health, medication, laboratory, surveys. */
const SENSITIVE: ReadonlySet<string> = new Set([
  "dailycyclephases",
  "dailycyclemappingdsr",
  "periodstartdsr",
  "reproductivecyclepredictiondsr",
  "hormonalcontraceptionusage",
  "nonhormonalcontraceptionusage",
  "otherreproductivehormone",
  "medicationprofile",
  "medicationadministrationlog",
  "labtestresult",
  "labtestresultinsights",
  "glp1settings",
  "surveyresponse",
]);

/** Location, and what belongs to the app and not to the wearer's health. */
const NEVER: ReadonlySet<string> = new Set([
  "rawlocation",
  "applicationdebugstate",
  "userconsentsettings",
]);

const NEVER_FOLDERS = ["subscriptions", "partner event store", "__macosx"];

/** Names of fields that the files spell otherwise than the API, by data type. */
export const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  enhanced_tag: { custom_tag_name: "custom_name" },
};

/** Judges a member by its path in the archive; what folder the files are in does not matter. */
export function judgeMember(path: string): Verdict {
  const parts = path.split(/[\\/]/);
  const name = parts.pop()!.toLowerCase();
  const folders = parts.map((part) => part.toLowerCase());
  if (folders.some((folder) => NEVER_FOLDERS.includes(folder)) || name.startsWith(".")) {
    return { kind: "never" };
  }
  const stem = name.replace(/\.csv$/, "").replace(/^\d{10,}_/, "")
    .replace(/_\d{4}-\d\d-\d\d(_\d{4}-\d\d-\d\d)?$/, "");
  if (NEVER.has(stem)) return { kind: "never" };
  if (SENSITIVE.has(stem)) return { kind: "sensitive" };
  if (name.endsWith(".csv") && Object.hasOwn(LOADED, stem)) {
    return { kind: "load", dataType: LOADED[stem]! };
  }
  return { kind: "unknown" };
}
