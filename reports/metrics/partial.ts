/** Days that are not over: their sums still grow, so they are marked and kept out of averages. */
import { addDays } from "../../lib/values/days.ts";
import type { Source } from "./source.ts";

/** Types whose document of a day grows until the day is over, and the local hour it ends at. */
const GROWING: Readonly<Record<string, number>> = {
  daily_activity: 4,
  daily_stress: 0,
  heart_rate: 0,
  ring_battery_level: 0,
  workout: 0,
  session: 0,
};

/** Whether a type's values of a day are still growing. */
export function isPartial(
  source: Pick<Source, "now" | "offsetSeconds">,
  dataType: string,
  day: string,
): boolean {
  const endsAt = GROWING[dataType];
  if (endsAt === undefined) return false;
  const end = Date.parse(`${addDays(day, 1)}T00:00:00Z`) + endsAt * 3_600_000;
  return source.now.getTime() + source.offsetSeconds * 1000 < end;
}
