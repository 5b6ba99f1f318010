import { z } from "zod";
import { CONTRIBUTORS_NOTE, readinessContributors } from "./_contributors.ts";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, documentId, integer, number, object, optional } from "./fields.ts";

/** How ready the wearer is for the day, and what made the score. Source: OpenAPI 1.41, `PublicDailyReadiness`. */
export const dailyReadiness = defineDataType({
  name: "daily_readiness",
  description: "Readiness score of a day, its contributors and the body temperature deviation.",
  endpoint: "/v2/usercollection/daily_readiness",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  instant: "timestamp",
  offset: "timestamp",
  scope: "daily",
  webhook: "daily_readiness",
  openapiSchema: "PublicDailyReadiness",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the score is for."),
    score: optional(integer("Readiness score, 1 to 100.")),
    timestamp: dateTime("Midnight of the day; its instant is not a time of measurement."),
    temperature_deviation: optional(
      number("Body temperature of the night against the wearer's own level.", { unit: "°C" }),
    ),
    temperature_trend_deviation: optional(
      number("The same deviation, smoothed over the past days.", { unit: "°C" }),
    ),
    contributors: object(readinessContributors, CONTRIBUTORS_NOTE),
  }),
});
