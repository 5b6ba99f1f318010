/** What the database has of the documents of an archive, and when it was observed. */
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { isCalendarDate } from "../../lib/values/days.ts";
import { KEY_SEPARATOR } from "../stages/key.ts";
import type { Table } from "../stages/table.ts";
import { naturalKeyFields, NaturalKeys } from "./natural_keys.ts";

/** A stored row. */
export interface StoredRow {
  /**
   * The document; null where the configuration keeps none; `same` where it has all that the document
   * of the file has, letter by letter.
   */
  readonly document: Readonly<Record<string, unknown>> | "same" | null;
  readonly deleted: boolean;
  readonly updatedAt: Date;
}

/** A document to look for. */
export interface Sought {
  readonly key: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** The stored rows of some documents, by key. */
export async function readStored(
  tx: Queryable,
  table: Table,
  userId: string,
  sought: readonly Sought[],
): Promise<Map<string, StoredRow>> {
  if (sought.length === 0) return new Map();
  if (table.timeKeyed && !await isOccupied(tx, table, userId, sought)) return new Map();
  const { rows } = await tx.query<
    { place: number; same: boolean; raw: string | null; deleted: boolean; updated_at: Date }
  >(storedStatement(table), [userId, soughtJson(table, sought)]);
  return new Map(rows.map(({ place, same, raw, deleted, updated_at }) => [sought[place]!.key, {
    document: same ? "same" : raw === null ? null : JSON.parse(raw),
    deleted,
    updatedAt: updated_at,
  }]));
}

/** Whether anything is stored between the first and the last of some samples. */
async function isOccupied(
  tx: Queryable,
  table: Table,
  userId: string,
  sought: readonly Sought[],
): Promise<boolean> {
  let first = sought[0]!.key;
  let last = first;
  for (const { key } of sought) {
    if (key < first) first = key;
    if (key > last) last = key;
  }
  // Keys are texts to the microsecond, in the order of time only to the millisecond.
  const bounds = [[first, -1], [last, 1]] as const;
  const { rows: [probe] } = await tx.query<{ occupied: boolean }>(occupiedStatement(table), [
    userId,
    ...bounds.map(([key, by]) => new Date(Date.parse(key.split(KEY_SEPARATOR, 1)[0]!) + by)),
  ]);
  return probe!.occupied;
}

/** Whether a time-keyed table has any row of wearer `$1` from `$2` to `$3`. */
function occupiedStatement(table: Table): string {
  return `SELECT EXISTS (SELECT 1 FROM oura.${q(table.name)}
    WHERE user_id = $1 AND "timestamp" BETWEEN $2 AND $3) AS occupied`;
}

/**
 * Looks up each key by itself: to a planner without statistics, as of a table that an import has just
 * filled, reading all rows of the wearer looks cheaper. Documents that are the same stay in the
 * database, because most are when an archive is imported again.
 */
function storedStatement(table: Table): string {
  const key = table.key.map(({ name, type }) => ({ name: q(name), type }));
  return `SELECT k."#place" AS place, t.same, CASE WHEN NOT t.same THEN t.raw_data::text END AS raw,
      t.deleted, t.updated_at
    FROM jsonb_to_recordset($2::text::jsonb)
      AS k("#place" int, "#document" jsonb, ${
    key.map(({ name, type }) => `${name} ${type}`).join(", ")
  })
    CROSS JOIN LATERAL (
      SELECT t.raw_data, t.updated_at, t.deleted_at IS NOT NULL AS deleted,
        t.deleted_at IS NULL AND coalesce(t.raw_data @> k."#document", false) AS same
      FROM oura.${q(table.name)} AS t
      WHERE t.user_id = $1 AND ${key.map(({ name }) => `t.${name} = k.${name}`).join(" AND ")}
      OFFSET 0
    ) AS t`;
}

function soughtJson(table: Table, sought: readonly Sought[]): string {
  const names = table.key.map(({ name }) => name);
  return JSON.stringify(sought.map(({ key, document }, place) => {
    const parts = table.timeKeyed ? key.split(KEY_SEPARATOR) : [key];
    const entry: Record<string, unknown> = { "#place": place };
    for (let i = 0; i < names.length; i++) entry[names[i]!] = parts[i];
    const values = Object.entries(document).filter(([name]) => !names.includes(name));
    // An array contains another one in any order, so that `@>` compares texts and numbers only.
    if (table.keepRaw && values.every(([, value]) => typeof value !== "object" || value === null)) {
      entry["#document"] = Object.fromEntries(values);
    }
    return entry;
  }));
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
