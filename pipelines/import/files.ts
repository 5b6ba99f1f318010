/** An account export and its files: which data type each holds, and what is never opened. */

/** What is done with a member of an archive. */
export type Verdict =
  | {
    readonly kind: "load";
    readonly dataType: string;
    /** Whether the file is opened only when its data type is named. */
    readonly sensitive: boolean;
  }
  /** Not opened. `link`: a symbolic link in a folder, which is not followed. */
  | { readonly kind: "never" | "link" }
  /** Named in the report, with its number of rows where it is a table that can be read. */
  | { readonly kind: "unknown"; readonly isTable: boolean };

/** A file of the export. */
export interface Member {
  /** Its path in the archive, for messages. */
  readonly path: string;
  readonly verdict: Verdict;
  /** Opens the content. Damage shows as an error of the stream. */
  open(): ReadableStream<Uint8Array>;
}

/** An open export. */
export interface Archive extends AsyncDisposable {
  /** By path, so that two reads see the same order. */
  readonly members: readonly Member[];
}

/** An export has about 70 files. */
export const MOST_FILES = 10_000;

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

/** Opened only when the data type is named: see `lib/oura/catalog/sensitive_types.ts`. */
const SENSITIVE: Readonly<Record<string, string>> = {
  dailycyclephases: "daily_cycle_phases",
  dailycyclemappingdsr: "daily_cycle_mapping",
  periodstartdsr: "period_start",
  reproductivecyclepredictiondsr: "reproductive_cycle_prediction",
  hormonalcontraceptionusage: "hormonal_contraception_usage",
  nonhormonalcontraceptionusage: "nonhormonal_contraception_usage",
  otherreproductivehormone: "other_reproductive_hormone",
  medicationprofile: "medication_profile",
  medicationadministrationlog: "medication_administration_log",
  labtestresult: "lab_test_result",
  labtestresultinsights: "lab_test_result_insights",
  glp1settings: "glp1_settings",
  surveyresponse: "survey_response",
  dailymetabolicscore: "daily_metabolic_score",
  dailybloodpressuresignals: "daily_blood_pressure_signal",
  dailyvo2maxestimate: "daily_vo2_max_estimate",
};

/** Location, and what belongs to the app and not to the wearer's health. */
const NEVER = ["rawlocation", "applicationdebugstate", "userconsentsettings"];

const NEVER_FOLDERS = ["subscriptions", "partner event store", "__macosx"];

/** Also under the name of a second download, such as `rawlocation (1).csv`. */
function isNever(name: string, folders: readonly string[]): boolean {
  return name.startsWith(".") || NEVER.some((each) => name.startsWith(each)) ||
    folders.some((folder) => NEVER_FOLDERS.some((each) => folder.startsWith(each)));
}

/** Names of fields that the files spell otherwise than the API, by data type. */
export const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  enhanced_tag: { custom_tag_name: "custom_name" },
};

/** The order of members, so that two readings see the same one. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** Judges a member by its path in the archive; what folder the files are in does not matter. */
export function judgeMember(path: string): Verdict {
  const parts = path.split(/[\\/]/);
  const name = parts.pop()!.toLowerCase();
  const folders = parts.map((part) => part.toLowerCase());
  const stem = name.replace(/\.csv$/, "").replace(/^\d{10,}_/, "").replace(/ \(\d+\)$/, "")
    .replace(/_\d{4}-\d\d-\d\d(_\d{4}-\d\d-\d\d)?$/, "");
  if (isNever(name, folders) || isNever(stem, [])) return { kind: "never" };
  if (!name.endsWith(".csv")) return { kind: "unknown", isTable: false };
  for (const [files, sensitive] of [[LOADED, false], [SENSITIVE, true]] as const) {
    if (Object.hasOwn(files, stem)) return { kind: "load", dataType: files[stem]!, sensitive };
  }
  return { kind: "unknown", isTable: true };
}
