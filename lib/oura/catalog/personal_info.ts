import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { integer, number, optional, text } from "./fields.ts";

/**
 * Who the wearer is. Any token opens the route and reads `id`; the other fields are filled as far
 * as the scopes `personal` and `email` are granted. Source: OpenAPI 1.41, `PersonalInfoResponse`.
 */
export const personalInfo = defineDataType({
  name: "personal_info",
  description: "The wearer's identifier, age, sex, height, weight and e-mail address.",
  endpoint: "/v2/usercollection/personal_info",
  envelope: "object",
  singleDocument: false,
  window: "none",
  key: ["id"],
  scope: null,
  webhook: null,
  openapiSchema: "PersonalInfoResponse",
  document: z.looseObject({
    id: text("Oura's identifier of the wearer; the `user_id` of webhook events."),
    age: optional(integer("Age.", { unit: "years" })),
    weight: optional(number("Body weight.", { unit: "kg" })),
    height: optional(number("Body height.", { unit: "m" })),
    biological_sex: optional(text("Biological sex, as the wearer stated it.")),
    email: optional(text("E-mail address of the Oura account.")),
  }),
});
