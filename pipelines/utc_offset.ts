/** The wearer's UTC offset, which Oura sends in the tail of timestamps. */

const OFFSET_TAIL = /(?:(Z)|([+-])(\d{2}):?(\d{2})?)$/i;

/** Seconds east of UTC in a timestamp's tail; null where it has none. */
export function offsetSeconds(timestamp: string): number | null {
  const match = /[T ]/.test(timestamp) ? OFFSET_TAIL.exec(timestamp.slice(11)) : null;
  if (!match) return null;
  if (match[1]) return 0;
  const seconds = Number(match[3]) * 3600 + Number(match[4] ?? "0") * 60;
  return match[2] === "-" ? -seconds : seconds;
}
