/**
 * What only the account export holds: Oura's API serves none of it. The documents keep the names of
 * the columns in the files. No official description exists; the facts come from public readers of
 * real exports of 2025 and 2026.
 */
import { z } from "zod";
import type { ExportType } from "./export_type.ts";
import {
  date,
  dateTime,
  documentId,
  flag,
  integer,
  number,
  object,
  optional,
  text,
  textList,
  unixMilliseconds,
} from "./fields.ts";
import { SENSITIVE_TYPES } from "./sensitive_types.ts";

const sample = (description: string) => dateTime(`${description}, in UTC.`);

/** Every type of the export that the API lacks, under its name. */
export const EXPORT_TYPES = {
  skin_temperature: {
    name: "skin_temperature",
    description: "Skin temperature, about one sample a minute, day and night.",
    key: ["timestamp"],
    instant: "timestamp",
    document: z.looseObject({
      timestamp: sample("When it was measured"),
      skin_temp: optional(
        number("Absolute skin temperature; implausibly low when the ring is not worn.", {
          unit: "°C",
        }),
      ),
    }),
  },
  daytime_stress: {
    name: "daytime_stress",
    description: "Stress and recovery while awake, every 15 minutes.",
    key: ["timestamp"],
    instant: "timestamp",
    document: z.looseObject({
      timestamp: sample("When it was measured"),
      stress_value: optional(number("Stress, 0 to 100.")),
      recovery_value: optional(number("Recovery, 0 to 100.")),
    }),
  },
  step_count: {
    name: "step_count",
    description: "Steps in short spans of time.",
    key: ["timestamp"],
    instant: "timestamp",
    document: z.looseObject({
      timestamp: sample("When the span begins"),
      end_time: optional(unixMilliseconds("When the span ends.")),
      steps: optional(integer("Steps in the span.")),
    }),
  },
  time_zone: {
    name: "time_zone",
    description: "Changes of the phone's time zone.",
    key: ["timestamp"],
    instant: "timestamp",
    document: z.looseObject({
      timestamp: sample("From when on"),
      identifier: optional(text("IANA name of the zone.")),
      offset: optional(integer("Offset from UTC as Oura exports it; its unit is not documented.")),
    }),
  },
  blood_glucose: {
    name: "blood_glucose",
    description: "Blood glucose of a connected sensor.",
    key: ["timestamp"],
    instant: "timestamp",
    document: z.looseObject({
      timestamp: sample("When it was measured"),
      value: optional(
        number("Blood glucose as Oura exports it; the unit is not documented (mg/dL or mmol/L)."),
      ),
    }),
  },
  blood_pressure: {
    name: "blood_pressure",
    description: "Blood pressure readings.",
    key: ["timestamp"],
    instant: "timestamp",
    document: z.looseObject({
      timestamp: sample("When it was measured"),
      systolic_blood_pressure: optional(integer("Systolic pressure.", { unit: "mmHg" })),
      diastolic_blood_pressure: optional(integer("Diastolic pressure.", { unit: "mmHg" })),
    }),
  },
  meal: {
    name: "meal",
    description: "Meals that the wearer logged.",
    key: ["id"],
    day: "day",
    instant: "start_time",
    document: z.looseObject({
      id: documentId(),
      day: date("The wearer's local day of the meal."),
      start_time: optional(dateTime("When the meal began.")),
      type: optional(text("Kind of meal.")),
      name: optional(text("Name of the meal.")),
      weight: optional(number("Weight of the meal.", { unit: "g" })),
      favorite: optional(flag("Whether the wearer marked it as a favourite.")),
      food_item_ids: optional(textList("Identifiers of its parts, as in food_item.")),
      meal_scoring_result: optional(object({}, "How Oura scores the meal.")),
      nutrition_details: optional(object({}, "Nutrients of the meal.")),
    }),
  },
  food_item: {
    name: "food_item",
    description: "Parts of logged meals.",
    key: ["id"],
    document: z.looseObject({
      id: documentId(),
      name: optional(text("Name of the food.")),
      weight: optional(number("Weight of the food.", { unit: "g" })),
    }),
  },
  daily_smoothed_cardiovascular_age: {
    name: "daily_smoothed_cardiovascular_age",
    description: "Cardiovascular age of a day, smoothed over several days.",
    key: ["id"],
    day: "day",
    document: z.looseObject({
      id: optional(documentId()),
      day: date("The wearer's local day."),
      cardiovascular_age: optional(number("Smoothed cardiovascular age.", { unit: "years" })),
      pulse_wave_velocity: optional(number("Speed of the pulse wave.", { unit: "m/s" })),
    }),
  },
} as const satisfies Record<string, ExportType>;

/** All that only the account export holds, the sensitive types last. */
export const EXPORT_CATALOG: readonly ExportType[] = [
  ...Object.values(EXPORT_TYPES),
  ...Object.values(SENSITIVE_TYPES),
];
