/** The wearer's local time: which offset held on which day, and when those days began. */
import type { DaySpan } from "../../lib/values/days.ts";
import { read, type Source, tableName } from "./source.ts";

/** Days that began under the same UTC offset. */
export interface OffsetRun extends DaySpan {
  readonly seconds: number;
}

/** Types whose documents carry the offset of the place the wearer was in, the most telling first. */
const TELLING = ["sleep", "daily_activity", "workout"];

/**
 * The UTC offset of each day, in order: of the night that ended on it, else of its activity. A day
 * without either has that of the day before.
 */
export async function offsetsOf(
  source: Source,
  days: readonly string[],
): Promise<Map<string, number>> {
  const offsets = new Map<string, number>();
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return offsets;
  const selects = TELLING.flatMap((name, place) => {
    const type = source.types.get(name);
    if (!type || type.day === null || type.offset === null) return [];
    return [`SELECT day, ${place} AS place, utc_offset FROM ${tableName(type)}
      WHERE user_id = $1 AND deleted_at IS NULL AND utc_offset IS NOT NULL
        AND day BETWEEN $2::date AND $3::date`];
  });
  const rows = selects.length === 0 ? [] : await read<{ day: string; seconds: number }>(
    source,
    `SELECT DISTINCT ON (day) day, extract(epoch FROM utc_offset)::double precision AS seconds
    FROM (${selects.join(" UNION ALL ")}) AS o ORDER BY day, place, utc_offset`,
    first,
    last,
  );
  const known = new Map(rows.map(({ day, seconds }) => [day, seconds]));
  let latest = rows[0]?.seconds ?? source.offsetSeconds;
  for (const day of days) offsets.set(day, latest = known.get(day) ?? latest);
  return offsets;
}

/** The instants at which the days begin, and the one at which the last one ends, as ISO texts. */
export function startsOf(days: readonly string[], offsets: ReadonlyMap<string, number>): string[] {
  const starts = days.map((day) => Date.parse(`${day}T00:00:00Z`) - (offsets.get(day) ?? 0) * 1000);
  const last = starts.at(-1);
  if (last !== undefined) starts.push(last + 86_400_000);
  // A flight west makes a day longer, one east shorter; they never run backwards.
  return starts.map((start, i) => new Date(Math.max(start, starts[i - 1] ?? start)).toISOString());
}

/** Runs of days under one offset. */
export function offsetRuns(offsets: ReadonlyMap<string, number>): OffsetRun[] {
  const runs: { from: string; to: string; seconds: number }[] = [];
  for (const [day, seconds] of offsets) {
    const last = runs.at(-1);
    if (last?.seconds === seconds) last.to = day;
    else runs.push({ from: day, to: day, seconds });
  }
  return runs;
}

/** `UTC+1`, `UTC−3:30`. */
export function offsetName(seconds: number): string {
  const size = Math.abs(seconds);
  const minutes = Math.round(size / 60) % 60;
  const tail = minutes === 0 ? "" : `:${String(minutes).padStart(2, "0")}`;
  return size === 0 ? "UTC" : `UTC${seconds < 0 ? "−" : "+"}${Math.floor(size / 3600)}${tail}`;
}
