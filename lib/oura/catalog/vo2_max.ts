import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { date, dateTime, documentId, integer } from "./fields.ts";

/** Estimates of the maximal oxygen uptake. Source: OpenAPI 1.41, `PublicVO2Max`. */
export const vo2Max = defineDataType({
  name: "vo2_max",
  description: "Estimated maximal oxygen uptake.",
  // Oura writes the route with a capital O, but the field and the webhook without.
  endpoint: "/v2/usercollection/vO2_max",
  envelope: "list",
  singleDocument: true,
  window: "date",
  occasional: true,
  key: ["id"],
  day: "day",
  instant: "timestamp",
  offset: "timestamp",
  scope: "heart_health",
  webhook: "vo2_max",
  openapiSchema: "PublicVO2Max",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the estimate belongs to."),
    timestamp: dateTime("When the estimate was made."),
    vo2_max: integer("Estimated maximal oxygen uptake.", { unit: "mL/kg/min" }),
  }),
});
