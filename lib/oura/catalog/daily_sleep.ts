import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, integer, object, optional, text } from "./fields.ts";

/** The score of a day's sleep and what made it. Source: OpenAPI 1.41, `PublicDailySleep`. */
export const dailySleep = defineDataType({
  name: "daily_sleep",
  description: "Sleep score of a day and its contributors.",
  endpoint: "/v2/usercollection/daily_sleep",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  instant: "timestamp",
  offset: "timestamp",
  scope: "daily",
  webhook: "daily_sleep",
  openapiSchema: "PublicDailySleep",
  document: z.looseObject({
    id: text("Oura's identifier of the document."),
    day: date("The wearer's local day the sleep belongs to: the day of waking up."),
    score: optional(integer("Sleep score, 1 to 100.")),
    timestamp: dateTime("Midnight of the day; its instant is not a time of sleep."),
    contributors: object({
      deep_sleep: optional(integer("Contribution of deep sleep to the score, 1 to 100.")),
      efficiency: optional(integer("Contribution of sleep efficiency, 1 to 100.")),
      latency: optional(integer("Contribution of the time to fall asleep, 1 to 100.")),
      rem_sleep: optional(integer("Contribution of REM sleep, 1 to 100.")),
      restfulness: optional(integer("Contribution of restfulness, 1 to 100.")),
      timing: optional(integer("Contribution of the timing of sleep, 1 to 100.")),
      total_sleep: optional(integer("Contribution of total sleep, 1 to 100.")),
    }, "Scores from 1 to 100 of what made the sleep score; not measurements."),
  }),
});
