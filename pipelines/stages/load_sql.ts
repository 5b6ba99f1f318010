/** The statements that load a table. Built once per table, from quoted identifiers only. */
import { quoteIdentifier as q, quoteLiteral } from "../../lib/db/driver/identifiers.ts";
import { type Table, valueColumns } from "./table.ts";

/** Name of the batch's own field for a row's identity; no declared column can be called so. */
export const KEY_FIELD = "#key";
/** What else the statement names beside the columns of the table. */
const EXISTED = q("#existed");
const PREVIOUS = q("#previous");

/**
 * The guarded upsert of a batch: one statement, `$1` wearer, `$2` the batch as a JSON array of
 * objects by column name, `$3` run id. Returns one row: `inserted`, `updated`, `revised`,
 * and, where the table has series, `new_keys` and `changed_keys`.
 *
 * It holds on a table that is partitioned, which returns no `xmax`, or distributed, where `now()` is
 * not the same on every machine: an inserted row is one that `changed` did not find.
 */
export function upsertStatement(table: Table): string {
  const parts = [incomingCte(table), changedCte(table), keptCte(table), writtenCte(table)];
  return `WITH ${parts.join(", ")}\n${countsQuery(table)}`;
}

interface Column {
  /** Quoted. */
  readonly name: string;
  readonly type: string;
}

/** The columns that a document fills, the key among them. */
function filledColumns(table: Table): Column[] {
  const columns = valueColumns(table).map(({ name, type }) => ({ name: q(name), type }));
  return table.keepRaw ? [...columns, { name: "raw_data", type: "jsonb" }] : columns;
}

function keyNames(table: Table): string[] {
  return table.key.map(({ name }) => q(name));
}

/** Whether two rows differ beyond their key; null where the key is all they have. */
function differs(table: Table, left: string, right: string): string | null {
  const key = keyNames(table);
  const names = filledColumns(table).map(({ name }) => name).filter((name) => !key.includes(name));
  if (names.length === 0) return null;
  const list = (alias: string) => names.map((name) => `${alias}.${name}`).join(", ");
  return `(${list(left)}) IS DISTINCT FROM (${list(right)})`;
}

/** The batch as rows. */
function incomingCte(table: Table): string {
  const columns = [{ name: q(KEY_FIELD), type: "text" }, ...filledColumns(table)];
  return `incoming AS (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r(${columns.map(({ name, type }) => `${name} ${type}`).join(", ")})
)`;
}

/**
 * The rows that are new or differ. They are compared before the insert, not in `ON CONFLICT … WHERE`,
 * because the latter locks every unchanged row, and a row lock is a write.
 */
function changedCte(table: Table): string {
  const previous = table.history ? `, t.raw_data AS ${PREVIOUS}` : "";
  const reasons = ["t.user_id IS NULL", "t.deleted_at IS NOT NULL", differs(table, "t", "r")];
  return `changed AS (
  SELECT r.*, t.user_id IS NOT NULL AS ${EXISTED}${previous}
  FROM incoming r
  LEFT JOIN oura.${q(table.name)} t
    ON t.user_id = $1 AND ${keyNames(table).map((name) => `t.${name} = r.${name}`).join(" AND ")}
  WHERE ${reasons.filter((reason) => reason !== null).join("\n    OR ")}
)`;
}

/** Keeps the documents that are about to be replaced, where the table has a history. */
function keptCte(table: Table): string {
  // `$3` is named all the same: a parameter that is never used has no type.
  if (!table.history) {
    return "kept AS (\n  SELECT 1 AS revision WHERE $3::bigint IS NULL AND false\n)";
  }
  return `kept AS (
  INSERT INTO oura.document_revisions (user_id, data_type, document_key, document, run_id)
  SELECT $1, ${quoteLiteral(table.name)}, ${q(KEY_FIELD)}, ${PREVIOUS}, $3::bigint
  FROM changed
  WHERE ${EXISTED} AND ${PREVIOUS} IS NOT NULL AND ${PREVIOUS} IS DISTINCT FROM raw_data
  RETURNING 1
)`;
}

/**
 * Writes the rows in key order, so that two writers cannot deadlock. The second comparison only
 * catches what another writer put in meanwhile. `updated_at` follows the document; a value that
 * changed because the YAML did leaves it.
 */
function writtenCte(table: Table): string {
  const key = keyNames(table);
  const names = filledColumns(table).map(({ name }) => name);
  const assignments = names.filter((name) => !key.includes(name))
    .map((name) => `${name} = excluded.${name}`);
  const updatedAt = table.keepRaw
    ? `CASE
      WHEN t.raw_data IS DISTINCT FROM excluded.raw_data OR t.deleted_at IS NOT NULL
      THEN excluded.updated_at ELSE t.updated_at END`
    : "excluded.updated_at";
  const reasons = ["t.deleted_at IS NOT NULL", differs(table, "t", "excluded")];
  return `written AS (
  INSERT INTO oura.${q(table.name)} AS t (user_id, ${names.join(", ")})
  SELECT $1, ${names.join(", ")} FROM changed ORDER BY ${key.join(", ")}
  ON CONFLICT (user_id, ${key.join(", ")}) DO UPDATE SET
    ${[...assignments, "deleted_at = NULL", `updated_at = ${updatedAt}`].join(",\n    ")}
  WHERE ${reasons.filter((reason) => reason !== null).join("\n    OR ")}
  RETURNING ${key.map((name) => `t.${name}`).join(", ")}
)`;
}

/** What became of the batch; with series also whose samples are to be loaded. */
function countsQuery(table: Table): string {
  const keys = table.series.length === 0 ? "" : `,
  (SELECT array_agg(${q(KEY_FIELD)}) FROM changed WHERE NOT ${EXISTED}) AS new_keys,
  (SELECT array_agg(${q(KEY_FIELD)}) FROM changed WHERE ${EXISTED}) AS changed_keys`;
  return `SELECT count(*) FILTER (WHERE NOT ${EXISTED})::int AS inserted,
  count(*) FILTER (WHERE ${EXISTED})::int AS updated,
  (SELECT count(*)::int FROM kept) AS revised${keys}
FROM written JOIN changed USING (${keyNames(table).join(", ")})`;
}

/** Bulk-load of rows into a stretch of time that is empty: `COPY … FROM STDIN`. */
export function copyStatement(table: Table, format: "text" | "binary"): string {
  const names = valueColumns(table).map(({ name }) => q(name));
  const raw = table.keepRaw ? ["raw_data"] : [];
  const columns = ["user_id", ...names, ...raw].join(", ");
  return `COPY oura.${q(table.name)} (${columns}) FROM STDIN (FORMAT ${format})`;
}
