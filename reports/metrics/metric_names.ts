/** What fields of Oura's documents are called in front of people, where the column's name will not do. */

/** A name, and how the value is read. */
export interface MetricName {
  readonly name: string;
  readonly kind?: "score" | "duration" | "distance" | "number" | "count";
  readonly unit?: string;
  readonly decimals?: number;
}

const score = (name: string): MetricName => ({ name, kind: "score" });
const duration = (name: string): MetricName => ({ name, kind: "duration" });
/** The scores a score is made of, by their field and name. */
const contributors = (type: string, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(names).map(([field, name]) =>
      [`${type}.contributors.${field}`, score(`${name} contributor`)] as const
    ),
  );

/** By data type and path. */
export const METRIC_NAMES: Readonly<Record<string, MetricName>> = {
  "daily_sleep.score": score("Sleep score"),
  ...contributors("daily_sleep", {
    deep_sleep: "Deep sleep",
    efficiency: "Efficiency",
    latency: "Latency",
    rem_sleep: "REM sleep",
    restfulness: "Restfulness",
    timing: "Timing",
    total_sleep: "Total sleep",
  }),
  "daily_readiness.score": score("Readiness score"),
  "daily_readiness.temperature_deviation": { name: "Temperature deviation", decimals: 2 },
  "daily_readiness.temperature_trend_deviation": { name: "Temperature trend", decimals: 2 },
  ...contributors("daily_readiness", {
    activity_balance: "Activity balance",
    body_temperature: "Body temperature",
    hrv_balance: "HRV balance",
    previous_day_activity: "Previous day",
    previous_night: "Previous night",
    recovery_index: "Recovery index",
    resting_heart_rate: "Resting heart rate",
    sleep_balance: "Sleep balance",
    sleep_regularity: "Sleep regularity",
  }),
  "daily_activity.score": score("Activity score"),
  "daily_activity.steps": { name: "Steps", kind: "count" },
  "daily_activity.active_calories": { name: "Active energy" },
  "daily_activity.total_calories": { name: "Total energy" },
  "daily_activity.target_calories": { name: "Energy target" },
  "daily_activity.equivalent_walking_distance": { name: "Walking equivalent", kind: "distance" },
  "daily_activity.meters_to_target": { name: "Distance to target", kind: "distance" },
  "daily_activity.high_activity_time": duration("High activity"),
  "daily_activity.medium_activity_time": duration("Medium activity"),
  "daily_activity.low_activity_time": duration("Low activity"),
  "daily_activity.sedentary_time": duration("Sedentary time"),
  "daily_activity.resting_time": duration("Resting time"),
  "daily_activity.non_wear_time": duration("Ring off"),
  "daily_activity.average_met_minutes": { name: "Average MET", unit: "MET", decimals: 2 },
  "daily_activity.inactivity_alerts": { name: "Inactivity alerts", kind: "count" },
  ...contributors("daily_activity", {
    meet_daily_targets: "Daily targets",
    move_every_hour: "Move every hour",
    recovery_time: "Recovery time",
    stay_active: "Stay active",
    training_frequency: "Training frequency",
    training_volume: "Training volume",
  }),
  "daily_spo2.spo2_percentage.average": { name: "Blood oxygen (SpO2)", decimals: 1 },
  "daily_spo2.breathing_disturbance_index": { name: "Breathing disturbance index", decimals: 0 },
  "daily_stress.stress_high": duration("High stress"),
  "daily_stress.recovery_high": duration("High recovery"),
  "daily_stress.day_summary": { name: "Day summary" },
  "daily_resilience.level": { name: "Resilience level" },
  ...contributors("daily_resilience", {
    sleep_recovery: "Sleep recovery",
    daytime_recovery: "Daytime recovery",
    stress: "Stress",
  }),
  "daily_cardiovascular_age.vascular_age": { name: "Cardiovascular age", decimals: 0 },
  "daily_cardiovascular_age.pulse_wave_velocity": { name: "Pulse wave velocity", decimals: 2 },
  "vo2_max.vo2_max": { name: "VO2 max", decimals: 1 },
  "sleep.total_sleep_duration": duration("Total sleep"),
  "sleep.time_in_bed": duration("Time in bed"),
  "sleep.deep_sleep_duration": duration("Deep sleep"),
  "sleep.light_sleep_duration": duration("Light sleep"),
  "sleep.rem_sleep_duration": duration("REM sleep"),
  "sleep.awake_time": duration("Awake in bed"),
  "sleep.latency": duration("Time to fall asleep"),
  "sleep.efficiency": { name: "Sleep efficiency", decimals: 0 },
  "sleep.restless_periods": { name: "Restless periods", kind: "count" },
  "sleep.average_heart_rate": { name: "Average heart rate, night", decimals: 1 },
  "sleep.lowest_heart_rate": { name: "Lowest heart rate", decimals: 0 },
  "sleep.average_hrv": { name: "HRV (RMSSD)", decimals: 0 },
  "sleep.average_breath": { name: "Breathing rate", unit: "/min", decimals: 1 },
  "sleep.readiness.score": score("Readiness after the night"),
  "sleep.readiness.temperature_deviation": { name: "Temperature deviation, night", decimals: 2 },
  "sleep.bedtime_start": { name: "Bedtime" },
  "sleep.bedtime_end": { name: "Wake-up time" },
  "heart_rate.bpm": { name: "Heart rate, day mean", decimals: 0 },
  "ring_battery_level.level": { name: "Ring battery, day low", decimals: 0 },
  "workout.calories": { name: "Workout energy" },
  "workout.distance": { name: "Workout distance", kind: "distance" },
  "sleep.heart_rate": { name: "Heart rate, night, mean of samples" },
  "sleep.hrv": { name: "HRV (RMSSD), mean of samples" },
  "daily_activity.met": { name: "MET, mean of minutes" },
  "session.heart_rate": { name: "Heart rate in sessions" },
  "session.heart_rate_variability": { name: "HRV (RMSSD) in sessions" },
  "personal_info.weight": { name: "Weight", decimals: 1 },
};

/** Texts whose values have an order, so that they can be drawn: the lowest first. */
export const LEVELS: Readonly<Record<string, readonly string[]>> = {
  "daily_resilience.level": ["limited", "adequate", "solid", "strong", "exceptional"],
  "daily_stress.day_summary": ["stressful", "normal", "restored"],
};

/** `hrv_balance_score` to `Hrv balance score`: for columns that were declared by the reader. */
export function nameOfColumn(column: string): string {
  const words = column.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
