import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, dateTime, integer, optional, unixMilliseconds } from "./fields.ts";

/**
 * Single heart rate samples: about every 5 minutes at rest and every few seconds in a workout. Two
 * sources may report the same instant, so the source belongs to the key. May arrive days after the
 * daily summaries. Source: OpenAPI 1.41, `PublicHeartRateRow`.
 */
export const heartRate = defineDataType({
  name: "heart_rate",
  description: "Heart rate samples over day and night.",
  endpoint: "/v2/usercollection/heartrate",
  envelope: "list",
  singleDocument: false,
  window: "datetime",
  documentsADay: 1_200,
  key: ["timestamp", "source"],
  instant: "timestamp",
  scope: "heartrate",
  webhook: null,
  openapiSchema: "PublicHeartRateRow",
  document: z.looseObject({
    timestamp: dateTime("When it was measured, in UTC."),
    bpm: integer("Heart rate.", { unit: "bpm" }),
    source: code(
      ["awake", "workout", "rest", "sleep", "live", "session"],
      "What the wearer was doing, or how it was measured.",
    ),
    timestamp_unix: optional(unixMilliseconds("The same instant as unix time.", {
      lenient: "Live rows of 2026 come without it.",
    })),
    producer_timestamp: optional(unixMilliseconds("When the batch of samples was made.", {
      lenient: "Sent on live rows of 2026; Oura's export does not name it.",
    })),
  }),
});
