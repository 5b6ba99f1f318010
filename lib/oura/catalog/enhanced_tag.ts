import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, documentId, optional, text } from "./fields.ts";

/** What the wearer notes of a moment or a span of time. Source: OpenAPI 1.41, `EnhancedTagModel`. */
export const enhancedTag = defineDataType({
  name: "enhanced_tag",
  description: "Tags and comments of the wearer.",
  endpoint: "/v2/usercollection/enhanced_tag",
  envelope: "list",
  singleDocument: true,
  window: "date",
  occasional: true,
  key: ["id"],
  day: "start_day",
  instant: "start_time",
  offset: "start_time",
  scope: "tag",
  webhook: "enhanced_tag",
  openapiSchema: "EnhancedTagModel",
  document: z.looseObject({
    id: documentId(),
    start_day: date("The wearer's local day of the tag, or the day its span begins."),
    end_day: optional(date("The day its span ends; null for a moment.")),
    start_time: dateTime("When it happened, or when its span begins."),
    end_time: optional(dateTime("When its span ends; null for a moment.")),
    tag_type_code: optional(
      text("Kind of tag, such as `tag_generic_nocaffeine`; `custom` for the wearer's own."),
    ),
    custom_name: optional(text("Name of a tag of the wearer's own.")),
    comment: optional(text("What the wearer wrote; may be empty.")),
  }),
});
