import { z } from "zod";
import { CONTRIBUTORS_NOTE, readinessContributors } from "./_contributors.ts";
import { defineDataType } from "./data_type.ts";
import {
  code,
  date,
  dateTime,
  documentId,
  flag,
  integer,
  number,
  object,
  optional,
  samples,
  stepText,
  text,
} from "./fields.ts";

const duration = (of: string) => optional(integer(`Time ${of}.`, { unit: "s" }));

const STAGES = { "1": "deep", "2": "light", "3": "rem", "4": "awake" };
const STAGES_NOTE = "1 deep, 2 light, 3 REM, 4 awake.";
const MOVEMENTS = { "1": "none", "2": "restless", "3": "tossing", "4": "active" };

/** Characters of `seconds` each, from the time of going to bed. */
const fromBedtime = (everySeconds: number, codes: Record<string, string>) => ({
  everySeconds,
  start: "bedtime_start",
  codes,
});

/**
 * One period of sleep. A day can have several: the main night is the `long_sleep` with the longest
 * total sleep, never simply the first or last. Periods the wearer deleted are still sent, as type
 * `deleted`. A night in progress is rewritten until it ends. Source: OpenAPI 1.41,
 * `PublicModifiedSleepModel`.
 */
export const sleep = defineDataType({
  name: "sleep",
  description: "Periods of sleep: nights, naps and rests, with stages, heart rate and HRV.",
  endpoint: "/v2/usercollection/sleep",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  instant: "bedtime_start",
  offset: "bedtime_start",
  scope: "daily",
  webhook: "sleep",
  openapiSchema: "PublicModifiedSleepModel",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the sleep belongs to: the day of waking up."),
    period: integer("Ordinal of the sleep within its day."),
    type: optional(code(
      ["deleted", "sleep", "long_sleep", "late_nap", "rest"],
      "Kind of sleep: `long_sleep` a night, `rest` a nap not counted, `deleted` by the wearer.",
    )),
    bedtime_start: dateTime("When the wearer went to bed."),
    bedtime_end: optional(dateTime("When the wearer got up.", {
      lenient: "Null while the night is in progress.",
    })),
    time_in_bed: optional(integer("Time from going to bed to getting up.", {
      unit: "s",
      lenient: "Cannot be known while bedtime_end is null.",
    })),
    total_sleep_duration: duration("asleep"),
    deep_sleep_duration: duration("in deep sleep"),
    light_sleep_duration: duration("in light sleep"),
    rem_sleep_duration: duration("in REM sleep"),
    awake_time: duration("awake in bed"),
    latency: duration("to fall asleep"),
    efficiency: optional(integer("Share of the time in bed spent asleep, 1 to 100.", {
      unit: "%",
    })),
    restless_periods: optional(integer("Number of restless periods.")),
    average_heart_rate: optional(
      number("Average heart rate, from 30-second values; the app averages 5-minute ones.", {
        unit: "bpm",
      }),
    ),
    lowest_heart_rate: optional(
      integer("Lowest heart rate, from 30-second values; the app takes 5-minute ones.", {
        unit: "bpm",
      }),
    ),
    average_hrv: optional(integer("Average heart rate variability (RMSSD).", { unit: "ms" })),
    average_breath: optional(number("Average breathing rate.", { unit: "breaths/min" })),
    heart_rate: optional(samples("Heart rate through the sleep.", { unit: "bpm" })),
    hrv: optional(samples("Heart rate variability (RMSSD) through the sleep.", { unit: "ms" })),
    sleep_phase_5_min: optional(stepText(
      fromBedtime(300, STAGES),
      `Sleep stage, a character per 5 minutes: ${STAGES_NOTE}`,
    )),
    sleep_phase_30_sec: optional(stepText(
      fromBedtime(30, STAGES),
      `Sleep stage, a character per 30 seconds: ${STAGES_NOTE} Missing on older sleeps.`,
    )),
    app_sleep_phase_5_min: optional(stepText(
      fromBedtime(300, STAGES),
      `Sleep stage as the app shows it, a character per 5 minutes: ${STAGES_NOTE} ` +
        "Oura will remove it.",
    )),
    movement_30_sec: optional(stepText(
      fromBedtime(30, MOVEMENTS),
      "Movement, a character per 30 seconds: 1 none, 2 restless, 3 tossing and turning, 4 active.",
    )),
    readiness: optional(object({
      score: optional(integer("Readiness score after this sleep, 1 to 100.")),
      temperature_deviation: optional(
        number("Body temperature against the wearer's own level.", { unit: "°C" }),
      ),
      temperature_trend_deviation: optional(
        number("The same deviation, smoothed over the past days.", { unit: "°C" }),
      ),
      contributors: object(readinessContributors, CONTRIBUTORS_NOTE),
    }, "Readiness as determined after this sleep; often missing for naps.")),
    readiness_score_delta: optional(
      integer("Points this sleep added to the day's readiness score."),
    ),
    sleep_score_delta: optional(integer("Points this sleep added to the day's sleep score.")),
    low_battery_alert: flag("Whether the ring ran low on battery."),
    sleep_algorithm_version: optional(code(["v1", "v2"], "Version of the staging algorithm.")),
    sleep_analysis_reason: optional(code(
      [
        "foreground_sleep_analysis",
        "bedtime_edit",
        "background_sleep_analysis",
        "background_created_foreground_updated",
      ],
      "What made Oura create or last rewrite this sleep.",
    )),
    ring_id: optional(text("Formerly the ring that recorded the sleep; always null since 2026.")),
  }),
});
