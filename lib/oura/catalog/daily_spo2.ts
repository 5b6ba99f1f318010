import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, documentId, integer, number, object, optional } from "./fields.ts";

/** Blood oxygen of a night. Source: OpenAPI 1.41, `PublicDailySpO2`. */
export const dailySpo2 = defineDataType({
  name: "daily_spo2",
  description: "Average blood oxygen saturation and breathing disturbances during sleep.",
  endpoint: "/v2/usercollection/daily_spo2",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  scope: "spo2",
  webhook: "daily_spo2",
  openapiSchema: "PublicDailySpO2",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the values belong to."),
    spo2_percentage: optional(object({
      average: number("Average oxygen saturation during sleep.", { unit: "%" }),
    }, "Oxygen saturation of the night.")),
    breathing_disturbance_index: optional(
      integer("Breathing disturbance index, 0 to 100, from drops of the oxygen saturation."),
    ),
  }),
});
