import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, date, documentId, number, object } from "./fields.ts";

/** How well the wearer withstands stress over weeks. Source: OpenAPI 1.41, `DailyResilienceModel`. */
export const dailyResilience = defineDataType({
  name: "daily_resilience",
  description: "Resilience level of a day and its contributors.",
  endpoint: "/v2/usercollection/daily_resilience",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  scope: "stress",
  webhook: "daily_resilience",
  openapiSchema: "DailyResilienceModel",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the level was determined on."),
    level: code(
      ["limited", "adequate", "solid", "strong", "exceptional"],
      "Resilience level, from the lowest to the highest.",
    ),
    contributors: object({
      sleep_recovery: number("Contribution of recovery during sleep, 0 to 100."),
      daytime_recovery: number("Contribution of recovery while awake, 0 to 100."),
      stress: number("Contribution of the stress load while awake, 0 to 100."),
    }, "Scores from 0 to 100 of what made the level; not measurements."),
  }),
});
