/** What the tables hold of many wearers, in a few statements: days as bits, offsets, newest days. */
import type { PipelineType } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { addDays, daysBetween } from "../../lib/values/days.ts";
import { isTimeKeyed } from "../../pipelines/stages/table.ts";
import { occursDaily } from "../freshness/freshness.ts";
import { fillOffsets, midnight, type Offsets } from "../gaps/local_days.ts";
import { daysOf, tableName, TELLING } from "../metrics/source.ts";
import type { CohortSpan, DayBits } from "./model.ts";

type BitsRow = { place: number; user_id: string; days: number };

/** The days on which tables with a day have a document that Oura still returns. */
export async function datedDays(
  db: Queryable,
  types: readonly PipelineType[],
  { userIds, from, to }: CohortSpan,
): Promise<DayBits> {
  const dated = types.filter(({ day }) => day !== null);
  if (dated.length === 0) return new Map();
  const selects = dated.map((type, place) =>
    `SELECT ${place} AS place, user_id, bit_or(1 << (day - $2::date)) AS days
    FROM ${tableName(type)}
    WHERE user_id = ANY ($1::text[]) AND day BETWEEN $2::date AND $3::date AND deleted_at IS NULL
    GROUP BY user_id`
  );
  const sql = selects.join("\nUNION ALL ");
  const { rows } = await db.query<BitsRow>(sql, [userIds, from, to]);
  return bitsOf(rows, dated);
}

/** The same of tables of samples; their days are those of each wearer's clock. */
export async function sampledDays(
  db: Queryable,
  types: readonly PipelineType[],
  { userIds, from, to }: CohortSpan,
  offsets: ReadonlyMap<string, Offsets>,
): Promise<DayBits> {
  const sampled = types.filter((type) => type.day === null && isTimeKeyed(type));
  if (sampled.length === 0) return new Map();
  const days = daysOf({ from, to });
  const asked = userIds.flatMap((userId) =>
    days.map((day, place) => ({ userId, place, start: midnight(day, offsets.get(userId)!) }))
  );
  // With a limit, each day is looked up in the index, however many samples there are.
  const selects = sampled.map((type, place) =>
    `SELECT ${place} AS place, d.user_id, bit_or(1 << d.place) AS days FROM asked d, LATERAL (
      SELECT 1 FROM ${tableName(type)} t
      WHERE t.user_id = d.user_id AND t.deleted_at IS NULL
        AND t."timestamp" >= d.start AND t."timestamp" < d.start + interval '24 hours' LIMIT 1
    ) AS sample GROUP BY d.user_id`
  );
  const { rows } = await db.query<BitsRow>(
    `WITH asked AS (
      SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[]) AS a(user_id, place, start)
    ) ${selects.join("\nUNION ALL ")}`,
    [
      asked.map(({ userId }) => userId),
      asked.map(({ place }) => place),
      asked.map(({ start }) => start),
    ],
  );
  return bitsOf(rows, sampled);
}

function bitsOf(rows: readonly BitsRow[], types: readonly PipelineType[]): DayBits {
  const bits = new Map<string, Map<string, number>>();
  for (const { place, user_id, days } of rows) {
    const held = bits.get(user_id) ?? new Map<string, number>();
    bits.set(user_id, held.set(types[place]!.name, days));
  }
  return bits;
}

/** Seconds east of UTC on each day of the span, and one day around it, of each wearer. */
export async function offsetsOf(
  db: Queryable,
  types: readonly PipelineType[],
  { userIds, from, to }: CohortSpan,
): Promise<Map<string, Offsets>> {
  const span = { from: addDays(from, -1), to: addDays(to, 1) };
  const known = new Map<string, Map<string, number>>();
  const selects = types.filter(({ day, offset }) => day !== null && offset !== null).map((type) =>
    `SELECT user_id, day, utc_offset FROM ${tableName(type)}
    WHERE user_id = ANY ($1::text[]) AND day BETWEEN $2::date AND $3::date
      AND deleted_at IS NULL AND utc_offset IS NOT NULL`
  );
  if (selects.length > 0) {
    // Most wearers stay in one zone: a row for each offset and its days, as bits.
    const { rows } = await db.query<{ user_id: string; seconds: number; days: number }>(
      `SELECT user_id, extract(epoch FROM utc_offset)::double precision AS seconds,
        bit_or(1 << (day - $2::date)) AS days
      FROM (${selects.join("\nUNION ALL ")}) AS o GROUP BY user_id, utc_offset ORDER BY utc_offset`,
      [userIds, span.from, span.to],
    );
    const days = daysOf(span);
    for (const { user_id, seconds, days: bits } of rows) {
      const held = known.get(user_id) ?? new Map<string, number>();
      // The most eastern one comes last, and counts, as in the gaps of a single wearer.
      days.forEach((day, i) => (bits >>> i) & 1 ? held.set(day, seconds) : held);
      known.set(user_id, held);
    }
  }
  return new Map(userIds.map((id) => [id, fillOffsets(known.get(id) ?? new Map(), span)]));
}

/** Seconds east of UTC by the latest document of each wearer. */
export async function latestOffsets(
  db: Queryable,
  types: readonly PipelineType[],
  userIds: readonly string[],
): Promise<Map<string, number>> {
  const selects = types.filter(({ name, day, offset }) =>
    TELLING.includes(name) && day !== null && offset !== null
  ).map((type) =>
    `SELECT u.user_id, l.day, extract(epoch FROM l.utc_offset)::double precision AS seconds,
      ${TELLING.indexOf(type.name)} AS place
    FROM unnest($1::text[]) AS u(user_id), LATERAL (
      SELECT t.day, t.utc_offset FROM ${tableName(type)} t
      WHERE t.user_id = u.user_id AND t.deleted_at IS NULL AND t.utc_offset IS NOT NULL
      ORDER BY t.day DESC LIMIT 1
    ) AS l`
  );
  if (selects.length === 0) return new Map();
  const { rows } = await db.query<{ user_id: string; seconds: number }>(
    `SELECT DISTINCT ON (user_id) user_id, seconds
    FROM (${selects.join("\nUNION ALL ")}) AS latest ORDER BY user_id, day DESC, place`,
    [userIds],
  );
  return new Map(rows.map(({ user_id, seconds }) => [user_id, seconds]));
}

/**
 * The newest day of anything that occurs daily, of each wearer. Days of the future do not count.
 * @param today The current UTC day.
 */
export async function newestDays(
  db: Queryable,
  types: readonly PipelineType[],
  userIds: readonly string[],
  today: string,
): Promise<Map<string, string>> {
  const live = "t WHERE t.user_id = u.user_id AND t.deleted_at IS NULL AND";
  const selects = types.filter(occursDaily).flatMap((type) => {
    if (isTimeKeyed(type)) {
      return `(SELECT (max(t."timestamp") AT TIME ZONE 'UTC')::date FROM ${tableName(type)} ${live}
        t."timestamp" < ($2::date + 1)::timestamp AT TIME ZONE 'UTC')`;
    }
    return type.day === null
      ? []
      : `(SELECT max(t.day) FROM ${tableName(type)} ${live} t.day <= $2::date)`;
  });
  if (selects.length === 0) return new Map();
  const { rows } = await db.query<{ user_id: string; day: string | null }>(
    `SELECT u.user_id, greatest(${selects.join(",\n")}) AS day
    FROM unnest($1::text[]) AS u(user_id)`,
    [userIds, addDays(today, 1)],
  );
  return new Map(rows.flatMap(({ user_id, day }) => day === null ? [] : [[user_id, day]]));
}

/** Whether a day is among the bits of a span that begins on `from`. */
export function hasDay(bits: number | undefined, from: string, day: string): boolean {
  const place = daysBetween(from, day);
  return place >= 0 && place < 31 && (((bits ?? 0) >>> place) & 1) === 1;
}
