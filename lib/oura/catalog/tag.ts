import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, documentId, nullable, text, textList } from "./fields.ts";

/** Notes of the old kind, superseded by enhanced tags but still served. Source: OpenAPI 1.41, `TagModel`. */
export const tag = defineDataType({
  name: "tag",
  description: "Notes of the old kind; superseded by enhanced_tag.",
  endpoint: "/v2/usercollection/tag",
  envelope: "list",
  singleDocument: true,
  window: "date",
  occasional: true,
  key: ["id"],
  day: "day",
  instant: "timestamp",
  offset: "timestamp",
  scope: "tag",
  webhook: "tag",
  openapiSchema: "TagModel",
  deprecated: true,
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day of the note."),
    timestamp: dateTime("When the note was made."),
    text: nullable(text("What the wearer wrote.")),
    tags: textList("Tags the wearer chose."),
  }),
});
