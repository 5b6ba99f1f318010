/** What the tables hold of many wearers, in a few statements: days as bits, offsets, newest days. */
import type { PipelineType } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { addDays } from "../../lib/values/days.ts";
import { isTimeKeyed } from "../../pipelines/stages/table.ts";
import { occursDaily } from "../freshness/freshness.ts";
import { midnight, type Offsets } from "../gaps/local_days.ts";
import { daysOf, tableName, TELLING } from "../metrics/source.ts";
import type { CohortSpan, DayBits } from "./model.ts";

/** What the tables with a day hold in a span. */
export interface DatedDays {
  /** Days with a document that Oura still returns. */
  readonly days: DayBits;
  /** Seconds east of UTC by wearer and day, as far as documents tell. */
  readonly offsets: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Seconds east of UTC by the wearer's latest document. */
  readonly latest: ReadonlyMap<string, number>;
}

type DatedRow = { place: number; user_id: string; seconds: number | null; days: number };

/** Reads the tables with a day, and where the wearers were, in one go: a row per wearer and zone. */
export async function datedDays(
  db: Queryable,
  types: readonly PipelineType[],
  { userIds, from, to }: CohortSpan,
): Promise<DatedDays> {
  const dated = types.filter(({ day }) => day !== null);
  // Wearer by wearer, each is a short stretch of the index; read together, the planner would rather
  // go through whole tables, which have years of days.
  const selects = dated.map(({ table, offset }, place) =>
    `SELECT ${place} AS place, u.user_id, l.days, l.utc_offset
    FROM unnest($1::text[]) AS u(user_id), LATERAL (
      SELECT bit_or(1 << (t.day - $2::date)) AS days,
        ${offset === null ? "NULL::interval" : "t.utc_offset"} AS utc_offset
      FROM ${tableName({ table })} t
      WHERE t.user_id = u.user_id AND t.day BETWEEN $2::date AND $3::date AND t.deleted_at IS NULL
      GROUP BY ${offset === null ? "t.user_id" : "t.utc_offset"}
    ) AS l`
  );
  if (selects.length === 0) return { days: new Map(), offsets: new Map(), latest: new Map() };
  const { rows } = await db.query<DatedRow>(
    `SELECT place, user_id, days, extract(epoch FROM utc_offset)::double precision AS seconds
    FROM (${selects.join("\nUNION ALL ")}) AS d`,
    [userIds, from, to],
  );
  return { days: bitsOf(rows, dated), ...zonesOf(rows, dated, daysOf({ from, to })) };
}

function zonesOf(rows: readonly DatedRow[], types: readonly PipelineType[], days: string[]) {
  const offsets = new Map<string, Map<string, number>>();
  const latest = new Map<string, { place: number; telling: number; seconds: number }>();
  for (const { place, user_id, seconds, days: bits } of rows) {
    if (seconds === null) continue;
    const known = offsets.get(user_id) ?? new Map<string, number>();
    days.forEach((day, i) => {
      // Of several on a day the most eastern one counts, as in the gaps of a single wearer.
      if (bit(bits, i)) known.set(day, Math.max(seconds, known.get(day) ?? seconds));
    });
    offsets.set(user_id, known);
    const telling = TELLING.indexOf(types[place]!.name);
    const last = 31 - Math.clz32(bits);
    const best = latest.get(user_id);
    const isLater = best === undefined || last > best.place ||
      (last === best.place && telling < best.telling);
    if (telling >= 0 && isLater) latest.set(user_id, { place: last, telling, seconds });
  }
  return { offsets, latest: new Map([...latest].map(([id, { seconds }]) => [id, seconds])) };
}

type BitsRow = { place: number; user_id: string; days: number };

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
    const { name } = types[place]!;
    bits.set(user_id, held.set(name, (held.get(name) ?? 0) | days));
  }
  return bits;
}

/** Seconds east of UTC by the latest document of each of these wearers, however old it is. */
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
  if (selects.length === 0 || userIds.length === 0) return new Map();
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

/** Whether a bit is set; bit 0 is the first day of a span of at most 31. */
export function bit(bits: number, place: number): boolean {
  return ((bits >>> place) & 1) === 1;
}
