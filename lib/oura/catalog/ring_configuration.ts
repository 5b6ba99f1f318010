import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { code, dateTime, documentId, integer, optional, text } from "./fields.ts";

/**
 * Every ring the wearer ever set up; the one set up last is in use. The route knows no range: the
 * whole set comes every time. Source: OpenAPI 1.41, `PublicRingConfiguration`.
 */
export const ringConfiguration = defineDataType({
  name: "ring_configuration",
  description: "The wearer's rings: model, color, size and firmware.",
  endpoint: "/v2/usercollection/ring_configuration",
  envelope: "list",
  singleDocument: true,
  window: "none",
  key: ["id"],
  instant: "set_up_at",
  scope: "ring_configuration",
  webhook: "ring_configuration",
  openapiSchema: "PublicRingConfiguration",
  document: z.looseObject({
    id: documentId(),
    color: optional(code([
      "brushed_silver",
      "glossy_black",
      "glossy_gold",
      "glossy_white",
      "gucci",
      "matt_gold",
      "rose",
      "silver",
      "stealth_black",
      "titanium",
      "titanium_and_gold",
      "cloud",
      "petal",
      "midnight",
      "tide",
      "deep_rose",
    ], "Color of the ring.")),
    design: optional(code(
      ["heritage", "balance", "balance_diamond", "horizon", "ceramic"],
      "Design of the ring.",
    )),
    firmware_version: optional(text("Firmware on the ring.")),
    hardware_type: optional(code(
      ["gen1", "gen2", "gen2m", "gen3", "gen4", "or5"],
      "Generation of the hardware.",
    )),
    set_up_at: optional(
      dateTime("When the ring was set up, in UTC; null or 1970-01-01 where Oura does not know."),
    ),
    size: optional(integer("US ring size.")),
  }),
});
