/** The stamp of a call, `x-oura-timestamp`. */

/** A second count reaches this in the year 33658, a millisecond count reached it in 2001. */
const LEAST_MILLISECONDS = 1e12;

/**
 * How far a stamp is from a clock, in seconds. Live calls carry milliseconds, older descriptions
 * seconds: they are told apart by magnitude (oura-api/facts.md §6).
 * @returns Null when the text is no stamp.
 */
export function secondsOff(stamp: string, now: Date): number | null {
  if (!/^\d{1,16}(?:\.\d{1,9})?$/.test(stamp)) return null;
  const number = Number(stamp);
  const milliseconds = number > LEAST_MILLISECONDS ? number : number * 1000;
  return Math.abs(now.getTime() - milliseconds) / 1000;
}
