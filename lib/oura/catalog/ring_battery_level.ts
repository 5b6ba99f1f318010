import { z } from "zod";
import { defineDataType } from "./data_type.ts";
import { dateTime, flag, integer, optional, unixMilliseconds } from "./fields.ts";

/** Battery readings of the ring. Source: OpenAPI 1.41, `PublicRingBatteryLevelRow`. */
export const ringBatteryLevel = defineDataType({
  name: "ring_battery_level",
  description: "Battery level of the ring over time.",
  endpoint: "/v2/usercollection/ring_battery_level",
  envelope: "list",
  singleDocument: false,
  window: "datetime",
  key: ["timestamp"],
  instant: "timestamp",
  scope: "ring_configuration",
  webhook: null,
  openapiSchema: "PublicRingBatteryLevelRow",
  document: z.looseObject({
    timestamp: dateTime("When it was read, in UTC."),
    level: integer("Charge of the battery, 0 to 100.", { unit: "%" }),
    charging: optional(flag("Whether the ring was charging.")),
    in_charger: optional(flag("Whether the ring was on its charger.")),
    timestamp_unix: optional(unixMilliseconds("The same instant as unix time.", {
      lenient: "Redundant, and absent on live rows of the sister route heartrate.",
    })),
  }),
});
