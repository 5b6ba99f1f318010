import { clamp } from "./random.ts";
import type { DayRange } from "./story_spec.ts";
import type { UserSpec } from "./wearer.ts";
import { dateOf } from "./zones.ts";

/**
 * The wearer people look at in the demo: travel over time zones, an illness, a gap, habits that show
 * in the nights, and a change of the staging algorithm, all placed relative to the present.
 */
export function demoWearer(now: Date, days: number): UserSpec {
  const today = Math.floor(now.getTime() / 86_400_000);
  const at = (share: number, length: number): DayRange => {
    const from = today - Math.round(clamp(share, 0, 1) * days);
    return { from: dateOf(from), to: dateOf(from + length - 1) };
  };
  return {
    id: "demo-wearer",
    zone: "Europe/Berlin",
    trips: [
      { ...at(0.62, 12), zone: "America/New_York" },
      { ...at(0.24, 9), zone: "Asia/Tokyo" },
    ],
    story: {
      unworn: days < 60 ? [] : [at(0.44, Math.min(16, Math.ceil(days / 20)))],
      illness: days < 30 ? [] : [at(0.13, 6)],
      stagingV2From: at(0.72, 1).from,
      habits: true,
      seasons: true,
    },
  };
}
