import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, documentId, integer, number, optional } from "./fields.ts";

/** Age of the arteries as the ring sees it. Source: OpenAPI 1.41, `PublicDailyCardiovascularAge`. */
export const dailyCardiovascularAge = defineDataType({
  name: "daily_cardiovascular_age",
  description: "Predicted vascular age and pulse wave velocity.",
  endpoint: "/v2/usercollection/daily_cardiovascular_age",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  scope: "heart_health",
  webhook: "daily_cardiovascular_age",
  openapiSchema: "PublicDailyCardiovascularAge",
  document: z.looseObject({
    id: optional(documentId({
      lenient: "Documents had no id before 2025 (recorded in December 2024); the day replaces it.",
    })),
    day: date("The wearer's local day the prediction belongs to."),
    vascular_age: optional(integer("Predicted vascular age, 18 to 100.", { unit: "years" })),
    pulse_wave_velocity: optional(
      number("Speed of the pulse wave, derived from the vascular age.", { unit: "m/s" }),
    ),
  }),
});
