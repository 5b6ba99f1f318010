/** The statements that load a table. Built once per table, from quoted identifiers only. */
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
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
 * Rows are compared before the insert, not in `ON CONFLICT … WHERE`, because the latter locks every
 * unchanged row, and a row lock is a write; there it only catches what another writer put in
 * meanwhile. Rows go in key order, so that two writers cannot deadlock. What was inserted is told by
 * `created_at`, which is this transaction's: a table that somebody partitioned returns no `xmax`.
 * `updated_at` follows the document; a value that changed because the YAML did leaves it.
 */
export function upsertStatement(table: Table): string {
  const columns = valueColumns(table).map(({ name, type }) => ({ name: q(name), type }));
  const raw = table.keepRaw ? [{ name: "raw_data", type: "jsonb" }] : [];
  const all = [...columns, ...raw];
  const key = table.key.map(({ name }) => q(name));
  const payload = all.filter(({ name }) => !key.includes(name));
  const list = (alias: string) => payload.map(({ name }) => `${alias}.${name}`).join(", ");
  const sql = `
WITH incoming AS (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb) AS r(${
    [{ name: q(KEY_FIELD), type: "text" }, ...all]
      .map(({ name, type }) => `${name} ${type}`).join(", ")
  })
), changed AS (
  SELECT r.*, t.user_id IS NOT NULL AS ${EXISTED}${
    table.history ? `, t.raw_data AS ${PREVIOUS}` : ""
  }
  FROM incoming r
  LEFT JOIN oura.${q(table.name)} t
    ON t.user_id = $1 AND ${key.map((name) => `t.${name} = r.${name}`).join(" AND ")}
  WHERE t.user_id IS NULL OR t.deleted_at IS NOT NULL
    ${payload.length === 0 ? "" : `OR (${list("t")}) IS DISTINCT FROM (${list("r")})`}
), kept AS (
  ${table.history ? keepPrevious(table) : "SELECT 1 AS revision WHERE $3::bigint IS NULL AND false"}
), written AS (
  INSERT INTO oura.${q(table.name)} AS t (user_id, ${all.map(({ name }) => name).join(", ")})
  SELECT $1, ${all.map(({ name }) => name).join(", ")} FROM changed ORDER BY ${key.join(", ")}
  ON CONFLICT (user_id, ${key.join(", ")}) DO UPDATE SET
    ${payload.map(({ name }) => `${name} = excluded.${name}, `).join("")}deleted_at = NULL,
    updated_at = CASE WHEN ${
    table.keepRaw
      ? "t.raw_data IS DISTINCT FROM excluded.raw_data OR t.deleted_at IS NOT NULL"
      : "true"
  } THEN now() ELSE t.updated_at END
  WHERE t.deleted_at IS NOT NULL${
    payload.length === 0 ? "" : ` OR (${list("t")}) IS DISTINCT FROM (${list("excluded")})`
  }
  RETURNING created_at = now() AS inserted
)
SELECT count(*) FILTER (WHERE inserted)::int AS inserted,
  count(*) FILTER (WHERE NOT inserted)::int AS updated,
  (SELECT count(*)::int FROM kept) AS revised${table.series.length === 0 ? "" : CHANGED_KEYS}
FROM written`;
  return sql;
}

/** Whose samples are to be loaded: new documents apart from those that were there. */
const CHANGED_KEYS = `,
  (SELECT array_agg(${q(KEY_FIELD)}) FROM changed WHERE NOT ${EXISTED}) AS new_keys,
  (SELECT array_agg(${q(KEY_FIELD)}) FROM changed WHERE ${EXISTED}) AS changed_keys`;

function keepPrevious(table: Table): string {
  return `INSERT INTO oura.document_revisions (user_id, data_type, document_key, document, run_id)
  SELECT $1, ${literal(table.name)}, ${q(KEY_FIELD)}, ${PREVIOUS}, $3::bigint
  FROM changed
  WHERE ${EXISTED} AND ${PREVIOUS} IS NOT NULL AND ${PREVIOUS} IS DISTINCT FROM raw_data
  RETURNING 1`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Bulk-load of rows into a stretch of time that is empty: `COPY … FROM STDIN` in text format. */
export function copyStatement(table: Table): string {
  const names = valueColumns(table).map(({ name }) => q(name));
  const raw = table.keepRaw ? ["raw_data"] : [];
  return `COPY oura.${q(table.name)} (${["user_id", ...names, ...raw].join(", ")}) FROM STDIN`;
}

/** Whether a time-keyed table has any row of wearer `$1` from `$2` to `$3`. */
export function occupiedStatement(table: Table): string {
  return `SELECT EXISTS (SELECT 1 FROM oura.${q(table.name)}
  WHERE user_id = $1 AND "timestamp" BETWEEN $2 AND $3) AS occupied`;
}
