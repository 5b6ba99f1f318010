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

/** By data type and path. */
export const METRIC_NAMES: Readonly<Record<string, MetricName>> = {
  "daily_sleep.score": score("Sleep score"),
  "daily_sleep.contributors.deep_sleep": score("Deep sleep contributor"),
  "daily_sleep.contributors.efficiency": score("Efficiency contributor"),
  "daily_sleep.contributors.latency": score("Latency contributor"),
  "daily_sleep.contributors.rem_sleep": score("REM sleep contributor"),
  "daily_sleep.contributors.restfulness": score("Restfulness contributor"),
  "daily_sleep.contributors.timing": score("Timing contributor"),
  "daily_sleep.contributors.total_sleep": score("Total sleep contributor"),
  "daily_readiness.score": score("Readiness score"),
  "daily_readiness.temperature_deviation": { name: "Temperature deviation", decimals: 2 },
  "daily_readiness.temperature_trend_deviation": { name: "Temperature trend", decimals: 2 },
  "daily_readiness.contributors.activity_balance": score("Activity balance contributor"),
  "daily_readiness.contributors.body_temperature": score("Body temperature contributor"),
  "daily_readiness.contributors.hrv_balance": score("HRV balance contributor"),
  "daily_readiness.contributors.previous_day_activity": score("Previous day contributor"),
  "daily_readiness.contributors.previous_night": score("Previous night contributor"),
  "daily_readiness.contributors.recovery_index": score("Recovery index contributor"),
  "daily_readiness.contributors.resting_heart_rate": score("Resting heart rate contributor"),
  "daily_readiness.contributors.sleep_balance": score("Sleep balance contributor"),
  "daily_readiness.contributors.sleep_regularity": score("Sleep regularity contributor"),
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
  "daily_activity.contributors.meet_daily_targets": score("Daily targets contributor"),
  "daily_activity.contributors.move_every_hour": score("Move every hour contributor"),
  "daily_activity.contributors.recovery_time": score("Recovery time contributor"),
  "daily_activity.contributors.stay_active": score("Stay active contributor"),
  "daily_activity.contributors.training_frequency": score("Training frequency contributor"),
  "daily_activity.contributors.training_volume": score("Training volume contributor"),
  "daily_spo2.spo2_percentage.average": { name: "Blood oxygen (SpO2)", decimals: 1 },
  "daily_spo2.breathing_disturbance_index": { name: "Breathing disturbance index", decimals: 0 },
  "daily_stress.stress_high": duration("High stress"),
  "daily_stress.recovery_high": duration("High recovery"),
  "daily_stress.day_summary": { name: "Day summary" },
  "daily_resilience.level": { name: "Resilience level" },
  "daily_resilience.contributors.sleep_recovery": score("Sleep recovery contributor"),
  "daily_resilience.contributors.daytime_recovery": score("Daytime recovery contributor"),
  "daily_resilience.contributors.stress": score("Stress contributor"),
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
