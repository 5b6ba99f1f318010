import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, date, dateTime, documentId, number, optional, text } from "./fields.ts";

/** Workouts, recorded, detected or entered. Not sorted within a page. Source: OpenAPI 1.41, `PublicWorkout`. */
export const workout = defineDataType({
  name: "workout",
  description: "Workouts with their duration, energy and distance.",
  endpoint: "/v2/usercollection/workout",
  envelope: "list",
  singleDocument: true,
  window: "date",
  occasional: true,
  key: ["id"],
  day: "day",
  instant: "start_datetime",
  offset: "start_datetime",
  scope: "workout",
  webhook: "workout",
  openapiSchema: "PublicWorkout",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day of the workout."),
    activity: text("Kind of activity, such as `running`."),
    label: optional(text("Name the wearer gave the workout.")),
    intensity: code(["easy", "moderate", "hard"], "How hard it was."),
    source: code(
      [
        "manual",
        "autodetected",
        "confirmed",
        "workout_heart_rate",
        "live_third_party_heart_rate",
        "live_oura_heart_rate",
      ],
      "How the workout came to be known.",
    ),
    start_datetime: dateTime("When it began."),
    end_datetime: dateTime("When it ended."),
    calories: optional(number("Energy spent.", { unit: "kcal" })),
    distance: optional(number("Distance covered.", { unit: "m" })),
  }),
});
