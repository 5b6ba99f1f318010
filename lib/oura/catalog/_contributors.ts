/** Scores of what made a score: shapes that several data types share. */
import { integer, optional } from "./fields.ts";

/** One contributor of a score. */
export const contribution = (of: string) =>
  optional(integer(`Contribution of ${of} to the score, 1 to 100.`));

/** What all contributor objects say of themselves. */
export const CONTRIBUTORS_NOTE = "Scores from 1 to 100 of what made the score; not measurements.";

/** Contributors of a readiness score, of a day or of one sleep. Source: OpenAPI 1.41, `PublicReadinessContributors`. */
export const readinessContributors = {
  activity_balance: contribution("the activity of the past days"),
  body_temperature: contribution("body temperature at night"),
  hrv_balance: contribution("heart rate variability against its usual level"),
  previous_day_activity: contribution("the activity of the day before"),
  previous_night: contribution("the last night's sleep"),
  recovery_index: contribution("the time after the lowest resting heart rate of the night"),
  resting_heart_rate: contribution("resting heart rate (a score, not bpm)"),
  sleep_balance: contribution("the sleep of the past weeks"),
  sleep_regularity: contribution("regular times of going to bed and getting up"),
};
