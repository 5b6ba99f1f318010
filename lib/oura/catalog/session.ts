import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, date, dateTime, documentId, optional, samples } from "./fields.ts";

/** Guided and unguided moments of calm. Source: OpenAPI 1.41, `PublicSession`. */
export const session = defineDataType({
  name: "session",
  description: "Meditation, breathing and other sessions with their measurements.",
  endpoint: "/v2/usercollection/session",
  envelope: "list",
  singleDocument: true,
  window: "date",
  occasional: true,
  key: ["id"],
  day: "day",
  instant: "start_datetime",
  offset: "start_datetime",
  scope: "session",
  webhook: "session",
  openapiSchema: "PublicSession",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day of the session."),
    type: code(
      ["breathing", "meditation", "nap", "relaxation", "rest", "body_status"],
      "Kind of session.",
    ),
    mood: optional(code(
      ["bad", "worse", "same", "good", "great"],
      "How the wearer felt, by their own choice.",
    )),
    start_datetime: dateTime("When it began."),
    end_datetime: dateTime("When it ended."),
    heart_rate: optional(samples("Heart rate during the session.", { unit: "bpm" })),
    heart_rate_variability: optional(
      samples("Heart rate variability during the session.", { unit: "ms" }),
    ),
    motion_count: optional(samples("Movements counted during the session.")),
  }),
});
