/** An instant as PostgreSQL sends and receives it in binary: microseconds since 2000. */

const EPOCH_MS = Date.UTC(2000, 0, 1);
/** Microseconds beyond so many milliseconds are not exact. */
const MOST_MS = Number.MAX_SAFE_INTEGER / 1_000;

/** Whether {@linkcode microsecondsOf} is exact; not of NaN. */
export function isExactInstant(ms: number): boolean {
  return Math.abs(ms - EPOCH_MS) <= MOST_MS;
}

/**
 * The number that `timestamptz_send` writes in eight bytes.
 * @param ms Milliseconds since 1970.
 */
export function microsecondsOf(ms: number): number {
  return (ms - EPOCH_MS) * 1_000;
}
