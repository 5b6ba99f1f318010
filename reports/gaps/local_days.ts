/** The wearer's own days, as far as the tables know them. */
import type { PipelineType } from "../../config/model.ts";
import { addDays, type DaySpan, utcDay } from "../../lib/values/days.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";

/** Seconds east of UTC on each day of a span; unknown days go by the nearest known one before. */
export type Offsets = ReadonlyMap<string, number>;

/** Reads the offsets from every table that keeps them; all days are UTC where none does. */
export async function readOffsets(
  db: Queryable,
  userId: string,
  types: readonly PipelineType[],
  span: DaySpan,
): Promise<Offsets> {
  const sources = types.filter(({ day, offset }) => day !== null && offset !== null);
  const known = new Map<string, number>();
  if (sources.length > 0) {
    const selects = sources.map(({ table }) =>
      `SELECT day, extract(epoch FROM utc_offset)::double precision AS seconds FROM oura.${q(table)}
      WHERE user_id = $1 AND deleted_at IS NULL AND utc_offset IS NOT NULL
        AND day BETWEEN $2::date AND $3::date`
    );
    const { rows } = await db.query<{ day: string; seconds: number }>(
      // On the days of a journey there are several; any of them is right for a part of the day.
      `SELECT day, max(seconds) AS seconds FROM (${selects.join(" UNION ALL ")}) AS o GROUP BY day`,
      [userId, span.from, span.to],
    );
    for (const { day, seconds } of rows) known.set(day, seconds);
  }
  return fillOffsets(known, span);
}

/** The offsets of all days of a span: of unknown days that of the nearest known one before. */
export function fillOffsets(known: ReadonlyMap<string, number>, span: DaySpan): Offsets {
  const first = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1))[0]?.[1] ?? 0;
  const offsets = new Map<string, number>();
  let latest = first;
  for (let day = span.from; day <= span.to; day = addDays(day, 1)) {
    latest = known.get(day) ?? latest;
    offsets.set(day, latest);
  }
  return offsets;
}

/** The days of the span on which a table has a document that Oura still returns. */
export async function daysWithData(
  db: Queryable,
  userId: string,
  type: PipelineType,
  span: DaySpan,
  offsets: Offsets,
): Promise<Set<string>> {
  const table = `oura.${q(type.table)}`;
  if (type.day !== null) {
    const { rows } = await db.query<{ day: string }>(
      `SELECT DISTINCT day FROM ${table}
        WHERE user_id = $1 AND deleted_at IS NULL AND day BETWEEN $2::date AND $3::date`,
      [userId, span.from, span.to],
    );
    return new Set(rows.map(({ day }) => day));
  }
  const starts: string[] = [];
  const days = [...offsets.keys()].filter((day) => day >= span.from && day <= span.to);
  for (const day of days) starts.push(midnight(day, offsets));
  const { rows } = await db.query<{ day: string }>(
    `SELECT d.day FROM unnest($2::date[], $3::timestamptz[]) AS d(day, start)
      WHERE EXISTS (
        SELECT 1 FROM ${table} t WHERE t.user_id = $1 AND t.deleted_at IS NULL
          AND t."timestamp" >= d.start AND t."timestamp" < d.start + interval '24 hours'
      )`,
    [userId, days, starts],
  );
  return new Set(rows.map(({ day }) => day));
}

/** The wearer's day of an instant; null for a text that is none. */
export function localDay(instant: string, offsets: Offsets): string | null {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) return null;
  const seconds = offsets.get(utcDay(new Date(ms))) ?? 0;
  return utcDay(new Date(ms + seconds * 1000));
}

/** When a day of the wearer begins, in ISO 8601. */
export function midnight(day: string, offsets: Offsets): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - offsets.get(day)! * 1000).toISOString();
}
