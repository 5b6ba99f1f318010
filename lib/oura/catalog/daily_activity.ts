import { z } from "zod";
import { contribution, CONTRIBUTORS_NOTE } from "./_contributors.ts";
import { defineDataType } from "./data_type.ts";
import {
  date,
  dateTime,
  documentId,
  integer,
  number,
  object,
  optional,
  samples,
  stepText,
} from "./fields.ts";

const seconds = (of: string) => integer(`Time ${of}.`, { unit: "s" });
const metMinutes = (of: string) => integer(`MET minutes ${of}.`, { unit: "MET min" });

/** What a minute's level of activity is called, in `class_5_min`. */
const ACTIVITY_CLASSES = {
  "0": "non_wear",
  "1": "rest",
  "2": "inactive",
  "3": "low",
  "4": "medium",
  "5": "high",
};

/**
 * The movement of a day that begins and ends at 04:00 local time. The current day's document is
 * partial and grows. Source: OpenAPI 1.41, `PublicDailyActivity`.
 */
export const dailyActivity = defineDataType({
  name: "daily_activity",
  description: "Activity score, steps, energy and movement of a day from 04:00 to 04:00.",
  endpoint: "/v2/usercollection/daily_activity",
  envelope: "list",
  singleDocument: true,
  window: "date",
  key: ["id"],
  day: "day",
  instant: "timestamp",
  offset: "timestamp",
  scope: "daily",
  webhook: "daily_activity",
  openapiSchema: "PublicDailyActivity",
  document: z.looseObject({
    id: documentId(),
    day: date("The wearer's local day the activity belongs to."),
    score: optional(integer("Activity score, 1 to 100.")),
    timestamp: dateTime("When the day begins: 04:00 local time."),
    steps: integer("Steps taken. Revised after the day has ended.", { unit: "steps" }),
    active_calories: integer("Energy spent by activity.", { unit: "kcal" }),
    total_calories: integer("All energy spent, resting included.", { unit: "kcal" }),
    target_calories: integer("Goal for the energy spent by activity.", { unit: "kcal" }),
    equivalent_walking_distance: integer("Walking distance that would take the same energy.", {
      unit: "m",
    }),
    target_meters: integer("Goal for the equivalent walking distance.", { unit: "m" }),
    meters_to_target: integer("Distance left to the goal; negative beyond it.", { unit: "m" }),
    high_activity_time: seconds("in high activity"),
    medium_activity_time: seconds("in medium activity"),
    low_activity_time: seconds("in low activity"),
    sedentary_time: seconds("awake and sedentary"),
    resting_time: seconds("at rest"),
    non_wear_time: seconds("the ring was not worn"),
    average_met_minutes: number("Average metabolic equivalent over the day.", { unit: "MET" }),
    high_activity_met_minutes: metMinutes("in high activity"),
    medium_activity_met_minutes: metMinutes("in medium activity"),
    low_activity_met_minutes: metMinutes("in low activity"),
    sedentary_met_minutes: metMinutes("while sedentary"),
    inactivity_alerts: integer("Reminders to move that the wearer was sent."),
    contributors: object({
      meet_daily_targets: contribution("reaching the activity goals of the past 7 days"),
      move_every_hour: contribution("avoiding long inactivity in the past 24 hours"),
      recovery_time: contribution("recovery in the past 7 days"),
      stay_active: contribution("the activity of the past 24 hours"),
      training_frequency: contribution("how often the wearer trained in the past 7 days"),
      training_volume: contribution("how much the wearer trained in the past 7 days"),
    }, CONTRIBUTORS_NOTE),
    class_5_min: optional(stepText(
      { everySeconds: 300, start: "timestamp", codes: ACTIVITY_CLASSES },
      "Level of activity, a character per 5 minutes: 0 not worn, 1 rest, 2 inactive, 3 low, " +
        "4 medium, 5 high.",
    )),
    met: samples("Metabolic equivalent, by the minute.", { unit: "MET" }),
  }),
});
