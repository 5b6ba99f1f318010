/** The wearer's UTC offset, which Oura sends in the tail of timestamps. */

const OFFSET_TAIL = /(?:(Z)|([+-])(\d{2}):?(\d{2})?)$/i;

/** Offsets of local time go from -12 to +14 hours; PostgreSQL takes less than 16. */
const MOST_SECONDS = 16 * 3600;

/**
 * Seconds east of UTC: from a timestamp's tail, or a number of seconds as it is. Anything else has
 * no offset: no declared column asks for it, so that it is no reason to reject a document.
 */
export function offsetOf(value: unknown): number | null {
  const seconds = typeof value === "string" ? offsetSeconds(value) : value;
  return typeof seconds === "number" && Math.abs(seconds) < MOST_SECONDS ? seconds : null;
}

/** Seconds east of UTC in a timestamp's tail; null where it has none. */
export function offsetSeconds(timestamp: string): number | null {
  const match = /[T ]/.test(timestamp) ? OFFSET_TAIL.exec(timestamp.slice(11)) : null;
  if (!match) return null;
  if (match[1]) return 0;
  const seconds = Number(match[3]) * 3600 + Number(match[4] ?? "0") * 60;
  return match[2] === "-" ? -seconds : seconds;
}
