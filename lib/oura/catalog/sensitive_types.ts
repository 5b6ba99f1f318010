/**
 * What the account export holds of reproductive health, medication, laboratory results and surveys,
 * and scores that Oura derives from such data. No table of it exists unless `oura.yaml` declares the
 * type, and no file of it is opened unless `import --types` names it. The fields are those that public
 * readers of real exports have seen; of the others, only the identifier is known.
 */
import { z } from "zod";
import type { ExportType } from "./export_type.ts";
import {
  code,
  date,
  dateTime,
  documentId,
  flag,
  integer,
  number,
  object,
  objectList,
  optional,
  text,
  textList,
} from "./fields.ts";

const wearersDay = () => date("The wearer's local day.");
const id = documentId;

/** A type whose columns have not been published. */
function unseen<Name extends string>(name: Name, description: string) {
  return {
    name,
    description: `${description} Its columns are not documented.`,
    key: ["id"],
    sensitive: true,
    document: z.looseObject({ id: id() }),
  } as const satisfies ExportType;
}

const cycleDay = () =>
  z.looseObject({
    id: optional(id()),
    day: wearersDay(),
    day_of_cycle: optional(integer("Day of the cycle, from 1.")),
    cycle_phase: optional(code([], "Phase of the cycle.")),
    cycle_event: optional(code([], "Event of the cycle.")),
    fertile_window: optional(code([], "Whether the day is in the fertile window.")),
    risk: optional(code([], "Likelihood of conception as Oura exports it.")),
    reason_for_no_cycle_phase: optional(code([], "Why the day has no phase.")),
  });

/** Every sensitive type of the export, under its name. */
export const SENSITIVE_TYPES = {
  daily_cycle_phases: {
    name: "daily_cycle_phases",
    description: "Phase of the menstrual cycle on each day.",
    key: ["id"],
    day: "day",
    sensitive: true,
    document: cycleDay(),
  },
  daily_cycle_mapping: {
    name: "daily_cycle_mapping",
    description: "Place of each day in the menstrual cycle.",
    key: ["id"],
    day: "day",
    sensitive: true,
    document: cycleDay(),
  },
  period_start: {
    name: "period_start",
    description: "Days on which a period was recorded.",
    key: ["id"],
    day: "day",
    instant: "timestamp",
    sensitive: true,
    document: z.looseObject({
      id: optional(id()),
      day: wearersDay(),
      timestamp: optional(dateTime("When it was recorded.")),
      is_start: optional(flag("Whether the period began on this day.")),
      menstrual_flow: optional(code([], "Strength of the flow.")),
      cycle_statistics: optional(
        object({
          median_cycle_length: optional(number("Median length of a cycle.", { unit: "d" })),
          number_of_cycles: optional(integer("Cycles that were counted.")),
        }, "Statistics of the cycles up to this day."),
      ),
    }),
  },
  reproductive_cycle_prediction: {
    name: "reproductive_cycle_prediction",
    description: "Predictions of ovulation and periods.",
    key: ["cycle_period_start", "day_updated"],
    day: "day_updated",
    sensitive: true,
    document: z.looseObject({
      cycle_period_start: date("First day of the cycle."),
      day_updated: date("The day on which it was predicted."),
      forecasting_method: optional(code([], "How it was predicted.")),
      ovulation: optional(code([], "Ovulation of the cycle, as Oura exports it.")),
      predicted_ovulations: optional(textList("Days of predicted ovulations.")),
      predicted_period_starts: optional(textList("Days on which periods are predicted to begin.")),
    }),
  },
  hormonal_contraception_usage: unseen(
    "hormonal_contraception_usage",
    "Use of hormonal contraception.",
  ),
  nonhormonal_contraception_usage: unseen(
    "nonhormonal_contraception_usage",
    "Use of other contraception.",
  ),
  other_reproductive_hormone: unseen("other_reproductive_hormone", "Use of other hormones."),
  medication_profile: unseen("medication_profile", "Medication that the wearer takes."),
  medication_administration_log: {
    name: "medication_administration_log",
    description: "Doses of medication, taken or skipped.",
    key: ["id"],
    instant: "timestamp",
    sensitive: true,
    document: z.looseObject({
      id: id(),
      medication_id: optional(text("The medication, as in medication_profile.")),
      timestamp: optional(dateTime("When the dose was taken or due.")),
      administered_dose_value: optional(number("Size of the dose, in administered_dose_unit.")),
      administered_dose_unit: optional(code([], "Unit of the dose.")),
      is_skipped: optional(flag("Whether the dose was skipped.")),
      route: optional(code([], "How the dose was taken.")),
      regime: optional(code([], "Schedule of the medication.")),
      tags: optional(textList("Marks of the dose.")),
    }),
  },
  lab_test_result: {
    name: "lab_test_result",
    description: "Results of laboratory tests.",
    key: ["id"],
    instant: "timestamp",
    sensitive: true,
    document: z.looseObject({
      id: id(),
      test_type: optional(code([], "Kind of test.")),
      timestamp: optional(dateTime("When the sample was taken.")),
      status: optional(code([], "State of the test.")),
      abnormal_result: optional(code([], "Whether a result is abnormal.")),
      observations: optional(objectList({}, "The measured values.")),
    }),
  },
  lab_test_result_insights: unseen(
    "lab_test_result_insights",
    "What Oura says of laboratory results.",
  ),
  glp1_settings: {
    name: "glp1_settings",
    description: "Settings of a GLP-1 medication.",
    key: ["id"],
    sensitive: true,
    document: z.looseObject({
      id: id(),
      enabled: optional(flag("Whether doses are tracked.")),
      start_timestamp: optional(dateTime("When the medication began.")),
      next_dose_timestamp: optional(dateTime("When the next dose is due.")),
    }),
  },
  survey_response: {
    name: "survey_response",
    description: "Answers to surveys, with the wearer's own words.",
    key: ["id"],
    instant: "timestamp",
    sensitive: true,
    document: z.looseObject({
      id: id(),
      survey_id: optional(text("The survey.")),
      timestamp: optional(dateTime("When it was answered.")),
      version: optional(code([], "Version of the survey.")),
      answers: optional(object({}, "The answers.")),
    }),
  },
  daily_metabolic_score: {
    name: "daily_metabolic_score",
    description: "Metabolic score of a day, of glucose and meals.",
    key: ["id"],
    day: "day",
    sensitive: true,
    document: z.looseObject({
      id: optional(id()),
      day: wearersDay(),
      metabolic_score: optional(number("Metabolic score.")),
      aggregated_contributor_scores: optional(object({}, "Contributions, summed.")),
      contributor_scores: optional(object({}, "Contributions to the score.")),
      contributor_values: optional(object({}, "What the contributions are made of.")),
    }),
  },
  daily_blood_pressure_signal: {
    name: "daily_blood_pressure_signal",
    description: "Whether a day shows signs of raised blood pressure.",
    key: ["id"],
    day: "day",
    sensitive: true,
    document: z.looseObject({
      id: id(),
      day: wearersDay(),
      day_window_start: optional(code([], "First day of the days that were judged.")),
      is_risk_above_threshold: optional(flag("Whether the signs are above the threshold.")),
    }),
  },
  daily_vo2_max_estimate: {
    name: "daily_vo2_max_estimate",
    description: "Estimated VO2 max of a day.",
    key: ["id"],
    day: "day",
    sensitive: true,
    document: z.looseObject({
      id: id(),
      day: wearersDay(),
      vo2_max_estimate: optional(number("Estimated VO2 max.", { unit: "mL/kg/min" })),
    }),
  },
} as const satisfies Record<string, ExportType>;
