/**
 * What happens in a wearer's year beyond what the seed draws: the demo's wearer has one, so that
 * there is something to see. Without a story nothing here has an effect.
 */
import type { DayRange } from "./story_spec.ts";
import type { Wearer } from "./wearer.ts";
import { epochDay, weekday } from "./zones.ts";

/** What an evening leaves in the night after it. */
export interface Evening {
  readonly alcohol: boolean;
  readonly sauna: boolean;
  readonly lateMeal: boolean;
}

const QUIET: Evening = { alcohol: false, sauna: false, lateMeal: false };
/** Day of the year at which the season is at its middle, on the way up. */
const SPRING = 110;

/** Whether the story keeps the ring off on a day. */
export function isUnworn(wearer: Wearer, day: number): boolean {
  return within(wearer.story.unworn, day);
}

/** The illness of the story that covers a day, in epoch days. */
export function storyIllness(
  wearer: Wearer,
  day: number,
): { from: number; days: number; forgotten: boolean } | undefined {
  for (const { from, to } of wearer.story.illness ?? []) {
    const [first, last] = [epochDay(from), epochDay(to)];
    if (day >= first && day <= last) {
      return { from: first, days: last - first + 1, forgotten: false };
    }
  }
  return undefined;
}

/** What the wearer did in the evening of a day. */
export function eveningOf(wearer: Wearer, day: number): Evening {
  if (wearer.story.habits !== true) return QUIET;
  const random = wearer.random(day, "evening");
  const weekend = weekday(day) === 5 || weekday(day) === 6;
  const alcohol = random.chance(weekend ? 0.5 : 0.06);
  const sauna = random.chance(weekday(day) === 3 ? 0.6 : 0.04);
  const lateMeal = random.chance(alcohol ? 0.4 : 0.1);
  return { alcohol, sauna, lateMeal };
}

/** From -1 in winter to 1 in summer, north of the equator; 0 without seasons. */
export function seasonOf(wearer: Wearer, day: number): number {
  return wearer.story.seasons === true
    ? Math.sin((day % 365.25 - SPRING) / 365.25 * 2 * Math.PI)
    : 0;
}

/** How the body is moved by story: factors and sums on top of what the seed draws. */
export function strainOf(wearer: Wearer, day: number) {
  const { alcohol, sauna, lateMeal } = eveningOf(wearer, day - 1);
  const season = seasonOf(wearer, day);
  return {
    /** bpm */
    heartRate: (alcohol ? 5 : 0) + (lateMeal ? 1.5 : 0) - (sauna ? 1 : 0) - season * 1.6,
    /** A factor. */
    hrv: (alcohol ? 0.82 : 1) * (lateMeal ? 0.95 : 1) * (sauna ? 1.06 : 1) * (1 + season * 0.07),
    /** Of 1. */
    sleepQuality: (alcohol ? -0.09 : 0) + (sauna ? 0.04 : 0),
    /** A factor. */
    steps: 1 + season * 0.22,
    /** Points. */
    readiness: (alcohol ? -8 : 0) + (sauna ? 2 : 0),
    /** °C */
    temperature: alcohol ? 0.12 : 0,
  };
}

/** The staging algorithm of a night, and the factor on its deep sleep. */
export function stagingOf(wearer: Wearer, day: number): { version: "v1" | "v2"; depth: number } {
  const since = wearer.story.stagingV2From;
  return since !== undefined && day < epochDay(since)
    ? { version: "v1", depth: 1.35 }
    : { version: "v2", depth: 1 };
}

function within(ranges: readonly DayRange[] | undefined, day: number): boolean {
  return (ranges ?? []).some(({ from, to }) => day >= epochDay(from) && day <= epochDay(to));
}
