/**
 * Days and instants. A day is counted from 1970-01-01 (an epoch day), an instant in milliseconds;
 * the zone rules come from Temporal and are remembered, because each costs microseconds.
 */

/** Milliseconds. */
export const SECOND = 1_000;
/** Milliseconds. */
export const MINUTE = 60 * SECOND;
/** Milliseconds. */
export const HOUR = 60 * MINUTE;
/** Milliseconds of a day without a clock change. */
export const DAY = 24 * HOUR;

const OFFSET_STEP = 30 * MINUTE; // Zone changes fall on half hours (Lord Howe) or whole ones.
const REMEMBERED = 50_000;

const starts = new Map<string, number>();
const offsets = new Map<string, number>();

function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= REMEMBERED) map.clear();
  const value = make();
  map.set(key, value);
  return value;
}

/** `2026-07-30` to days since 1970-01-01. */
export function epochDay(date: string): number {
  const instant = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(instant)) throw new RangeError(`not a date: ${date}`);
  return instant / DAY;
}

/** Days since 1970-01-01 to `2026-07-30`. */
export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** The instant a local day starts: midnight, or the first instant after a gap at midnight. */
export function startOfDay(zone: string, day: number): number {
  return remember(
    starts,
    `${zone} ${day}`,
    () => Temporal.PlainDate.from(dateOf(day)).toZonedDateTime(zone).epochMilliseconds,
  );
}

/** Minutes east of UTC at an instant. */
export function offsetMinutes(zone: string, instant: number): number {
  const step = Math.floor(instant / OFFSET_STEP);
  return remember(
    offsets,
    `${zone} ${step}`,
    () =>
      Temporal.Instant.fromEpochMilliseconds(step * OFFSET_STEP)
        .toZonedDateTimeISO(zone).offsetNanoseconds / 60e9,
  );
}

/** An instant as Oura writes it with an offset: `2024-10-10T01:01:59.000+02:00`. */
export function withOffset(instant: number, minutes: number): string {
  const local = new Date(instant + minutes * MINUTE).toISOString();
  // Recordings of 2024 have no milliseconds, those of 2026 do.
  const time = instant < Date.UTC(2025, 0, 1) ? local.slice(0, 19) : local.slice(0, 23);
  const sign = minutes < 0 ? "-" : "+";
  const size = Math.abs(minutes);
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${time}${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
