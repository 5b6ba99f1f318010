import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, documentId, objectList, optional, textList } from "./fields.ts";

/** Times the wearer set to rest, as in illness. Source: OpenAPI 1.41, `PublicRestModePeriod`. */
export const restModePeriod = defineDataType({
  name: "rest_mode_period",
  description: "Periods of rest mode.",
  endpoint: "/v2/usercollection/rest_mode_period",
  envelope: "list",
  singleDocument: true,
  window: "date",
  occasional: true,
  key: ["id"],
  day: "start_day",
  instant: "start_time",
  offset: "start_time",
  scope: "daily",
  webhook: "rest_mode_period",
  openapiSchema: "PublicRestModePeriod",
  document: z.looseObject({
    id: documentId(),
    start_day: date("The wearer's local day on which rest mode began."),
    end_day: optional(date("The day on which it ended; null while it lasts.")),
    start_time: optional(dateTime("When rest mode began.")),
    end_time: optional(dateTime("When it ended; null while it lasts.")),
    episodes: objectList({
      timestamp: dateTime("When the episode happened."),
      tags: textList("Tags the wearer chose."),
    }, "What the wearer noted during the period; may be empty."),
  }),
});
