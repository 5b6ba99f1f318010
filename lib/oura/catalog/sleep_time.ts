import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, date, documentId, integer, object, optional } from "./fields.ts";

/** When Oura advises to go to bed. Source: OpenAPI 1.41, `PublicSleepTime`. */
export const sleepTime = defineDataType({
  name: "sleep_time",
  description: "Advised bedtime of a day.",
  endpoint: "/v2/usercollection/sleep_time",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  scope: "daily",
  webhook: "sleep_time",
  openapiSchema: "PublicSleepTime",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the advice is for."),
    optimal_bedtime: optional(object({
      day_tz: integer("UTC offset of the day.", { unit: "s" }),
      start_offset: integer("Earliest advised bedtime, from midnight; negative before it.", {
        unit: "s",
      }),
      end_offset: integer("Latest advised bedtime, from midnight; negative before it.", {
        unit: "s",
      }),
    }, "Span of time in which to go to bed; mostly null.")),
    recommendation: optional(code(
      [
        "improve_efficiency",
        "earlier_bedtime",
        "later_bedtime",
        "earlier_wake_up_time",
        "later_wake_up_time",
        "follow_optimal_bedtime",
      ],
      "What the wearer should change.",
    )),
    status: optional(code(
      [
        "not_enough_nights",
        "not_enough_recent_nights",
        "bad_sleep_quality",
        "only_recommended_found",
        "optimal_found",
      ],
      "Whether there was enough sleep data to give advice.",
    )),
  }),
});
