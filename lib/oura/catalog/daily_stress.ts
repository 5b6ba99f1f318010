import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, date, documentId, integer, optional } from "./fields.ts";

/** Stress and recovery while awake. Source: OpenAPI 1.41, `PublicDailyStress`. */
export const dailyStress = defineDataType({
  name: "daily_stress",
  description: "Time in high stress and high recovery, and a summary of the day.",
  endpoint: "/v2/usercollection/daily_stress",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  scope: "daily",
  webhook: "daily_stress",
  openapiSchema: "PublicDailyStress",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day."),
    day_summary: optional(code(["restored", "normal", "stressful"], "The day in a word.")),
    stress_high: optional(
      integer("Time in the top quarter of the wearer's stress range.", { unit: "s" }),
    ),
    recovery_high: optional(
      integer("Time in the bottom quarter of the wearer's stress range.", { unit: "s" }),
    ),
  }),
});
