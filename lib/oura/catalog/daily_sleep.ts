import { z } from "zod";
import { contribution, CONTRIBUTORS_NOTE } from "./_contributors.ts";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, documentId, integer, object, optional } from "./fields.ts";

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
    id: documentId(),
    day: date("The wearer's local day the sleep belongs to: the day of waking up."),
    score: optional(integer("Sleep score, 1 to 100.")),
    timestamp: dateTime("Midnight of the day; its instant is not a time of sleep."),
    contributors: object({
      deep_sleep: contribution("deep sleep"),
      efficiency: contribution("sleep efficiency"),
      latency: contribution("the time to fall asleep"),
      rem_sleep: contribution("REM sleep"),
      restfulness: contribution("restfulness"),
      timing: contribution("the timing of sleep"),
      total_sleep: contribution("total sleep"),
    }, CONTRIBUTORS_NOTE),
  }),
});
