/** What the database has of the documents of an archive, and when it was observed. */
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { isCalendarDate } from "../../lib/values/days.ts";
import { KEY_SEPARATOR } from "../stages/key.ts";
import type { Table } from "../stages/table.ts";
import { naturalKeyFields, NaturalKeys } from "./natural_keys.ts";

/** A stored row. */
export interface StoredRow {
  /** The document; null where the configuration keeps none. */
  readonly document: Readonly<Record<string, unknown>> | null;
  readonly deleted: boolean;
  readonly updatedAt: Date;
}

/** The stored rows of some keys, by key. */
export async function readStored(
  tx: Queryable,
  table: Table,
  userId: string,
  keys: readonly string[],
): Promise<Map<string, StoredRow>> {
  if (keys.length === 0) return new Map();
  const parts = keys.map((key) => table.timeKeyed ? key.split(KEY_SEPARATOR) : [key]);
  const names = table.key.map(({ name }) => q(name));
  const lists = table.key.map(({ type }, i) => `$${i + 2}::${type}[]`);
  const { rows } = await tx.query<
    { place: number; raw: string | null; deleted: boolean; updated_at: Date }
  >(
    `SELECT k.place::int AS place, t.raw_data::text AS raw, t.deleted_at IS NOT NULL AS deleted,
      t.updated_at
    FROM unnest(${lists.join(", ")}) WITH ORDINALITY AS k(${names.join(", ")}, place)
    JOIN oura.${q(table.name)} t
      ON t.user_id = $1 AND ${names.map((name) => `t.${name} = k.${name}`).join(" AND ")}`,
    [userId, ...names.map((_, i) => parts.map((part) => part[i]!))],
  );
  return new Map(rows.map(({ place, raw, deleted, updated_at }) => [keys[place - 1]!, {
    document: raw === null ? null : JSON.parse(raw),
    deleted,
    updatedAt: updated_at,
  }]));
}

/** The stored documents whose ids an archive does not have, by natural key. */
export async function readNaturalKeys(
  db: Queryable,
  table: Table,
  userId: string,
  ids: ReadonlySet<string>,
): Promise<NaturalKeys | null> {
  const fields = table.timeKeyed ? null : naturalKeyFields(table.name);
  if (fields === null) return null;
  const names = fields.map((field) => field.replace("@", ""));
  const values = names.map((_, i) => `raw_data ->> $${i + 3}`).join(", ");
  const { rows } = await db.query<{ id: string; parts: (string | null)[] }>(
    `SELECT id, ARRAY[${values}] AS parts FROM oura.${q(table.name)}
    WHERE user_id = $1 AND id <> ALL ($2::text[]) AND raw_data IS NOT NULL ORDER BY id`,
    [userId, [...ids], ...names],
  );
  const keys = new NaturalKeys(fields);
  for (const { id, parts } of rows) {
    keys.add(id, Object.fromEntries(names.map((name, i) => [name, parts[i]])));
  }
  return keys;
}

/** When the stored documents of a data type were observed last. */
export interface Observations {
  /**
   * When a row was observed.
   * @param day Of its document; null for types without.
   */
  at(day: string | null, row: StoredRow): Date;
}

/** Reads when Oura was asked for each day, and when the latest archive was exported. */
export async function readObservations(
  db: Queryable,
  userId: string,
  dataType: string,
): Promise<Observations> {
  const asked = await db.query<{ day: string; at: Date }>(
    `SELECT d::date AS day, max(w.fetched_at) AS at
    FROM oura.sync_windows w,
      generate_series(w.from_day::timestamp, w.to_day::timestamp, interval '1 day') AS d
    WHERE w.user_id = $1 AND w.data_type = $2 AND w.state = 'done' AND w.fetched_at IS NOT NULL
    GROUP BY 1`,
    [userId, dataType],
  );
  const imported = await db.query<{ at: Date }>(
    `SELECT exported_at AS at FROM oura.account_imports WHERE user_id = $1 AND data_type = $2`,
    [userId, dataType],
  );
  const byDay = new Map(asked.rows.map(({ day, at }) => [day, at]));
  const latest = asked.rows.reduce<Date | null>((max, { at }) => later(max, at), null);
  const exported = imported.rows[0]?.at ?? null;
  return {
    at(day, { updatedAt }) {
      const read = day !== null && isCalendarDate(day) ? byDay.get(day) ?? null : latest;
      return later(read, exported) ?? updatedAt;
    },
  };
}

function later(a: Date | null, b: Date | null): Date | null {
  return a === null || b === null ? a ?? b : a > b ? a : b;
}

/** Records that an archive was loaded completely, for one data type. */
export async function recordImport(
  tx: Queryable,
  userId: string,
  dataType: string,
  exportedAt: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO oura.account_imports AS i (user_id, data_type, exported_at) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, data_type) DO UPDATE
      SET exported_at = excluded.exported_at, imported_at = excluded.imported_at
      WHERE i.exported_at < excluded.exported_at`,
    [userId, dataType, exportedAt],
  );
}

/** How many days an archive and the wearer share, and how many of their documents are the same. */
export async function sharedWith(
  db: Queryable,
  table: string,
  userId: string,
  days: ReadonlySet<string>,
  ids: ReadonlySet<string>,
): Promise<{ days: string[]; documents: number }> {
  const { rows } = await db.query<{ day: string; same: boolean }>(
    `SELECT day, bool_or(id = ANY ($3::text[])) AS same FROM oura.${q(table)}
    WHERE user_id = $1 AND day = ANY ($2::date[]) GROUP BY day`,
    [userId, [...days].filter(isCalendarDate), [...ids]],
  );
  return { days: rows.map(({ day }) => day), documents: rows.filter(({ same }) => same).length };
}
