/** The statements of a refill, built once per table. */
import { inSchema, quoteIdentifier as q } from "../../lib/db/identifiers.ts";
import type { Table, TableColumn } from "../table.ts";

/** A column to be filled, and, while its type changes, the one that holds the values so far. */
export interface RefillColumn extends TableColumn {
  /** Takes the place of the document where `raw_data` was not kept. */
  readonly former: string | null;
}

/** `user_id` and the key: the order of the refill, and where it goes on. */
export function keyColumns(table: Table): readonly TableColumn[] {
  return [{ name: "user_id", type: "text" }, ...table.key];
}

/** Which rows a pass reads. */
export interface Pass {
  /** Whether it goes on behind a key, given as the parameters from `$2` on. */
  readonly behind: boolean;
  /** Whether it ends at a key, given as the parameters after that. */
  readonly until: boolean;
  /** Whether only rows written since `$1` less an hour are read; else `$1` is not used. */
  readonly recent: boolean;
  /** Whether the rows are locked, which keeps a sync from changing them while they are filled. */
  readonly lock: boolean;
}

/**
 * Reads the next rows, `limit` at most: `k0…` the key as text, `version`, `raw` the document, and for
 * rows without one the former values `f0…` as JSON.
 */
export function readStatement(
  table: Table,
  columns: readonly RefillColumn[],
  pass: Pass,
  limit: number,
  schema: string,
): string {
  const keys = keyColumns(table);
  const formers = columns.map(({ former }, i) => former && `to_jsonb(${q(former)}) AS f${i}`)
    .filter((text) => text !== null);
  const conditions = [
    formers.length === 0 ? "raw_data IS NOT NULL" : "true",
    // An hour: a transaction that began before the column was there may still have been at work.
    pass.recent
      ? "updated_at >= $1::timestamptz - interval '1 hour'"
      : "$1::timestamptz IS NOT NULL",
    ...(pass.behind ? [compareKeys(keys, ">", 2)] : []),
    ...(pass.until ? [compareKeys(keys, "<=", pass.behind ? 2 + keys.length : 2)] : []),
  ];
  return inSchema(
    `SELECT ${keys.map(({ name }, i) => `${q(name)}::text AS k${i}`).join(", ")},
  xmin::text AS version, raw_data::text AS raw, deleted_at IS NOT NULL AS deleted${
      formers.map((f) => `, ${f}`).join("")
    }
FROM oura.${q(table.name)}
WHERE ${conditions.join(" AND ")}
ORDER BY ${keys.map(({ name }) => q(name)).join(", ")}
LIMIT ${limit}${pass.lock ? " FOR NO KEY UPDATE" : ""}`,
    schema,
  );
}

function compareKeys(keys: readonly TableColumn[], operator: string, first: number): string {
  const names = keys.map(({ name }) => q(name)).join(", ");
  const params = keys.map(({ type }, i) => `$${first + i}::${type}`).join(", ");
  return `(${names}) ${operator} (${params})`;
}

/** The batch `$1` as rows: a JSON array of objects with `v`, `k0…` and `c0…`. */
function incoming(keys: readonly TableColumn[], columns: readonly TableColumn[]): string {
  const fields = [
    "v text",
    ...keys.map(({ type }, i) => `k${i} ${type}`),
    ...columns.map(({ type }, i) => `c${i} ${type}`),
  ];
  return `jsonb_to_recordset($1::text::jsonb) AS r(${fields.join(", ")})`;
}

function sameKey(keys: readonly TableColumn[]): string {
  return keys.map(({ name }, i) => `t.${q(name)} = r.k${i}`).join(" AND ");
}

/**
 * Writes the values of a batch into rows that are still of the version that was read, where they
 * differ. `updated_at` stays: the document did not change. Null where there are no columns.
 */
export function writeStatement(
  table: Table,
  columns: readonly RefillColumn[],
  schema: string,
): string | null {
  if (columns.length === 0) return null;
  const keys = keyColumns(table);
  const list = (write: (name: string, i: number) => string) =>
    columns.map(({ name }, i) => write(q(name), i)).join(", ");
  return inSchema(
    `UPDATE oura.${q(table.name)} AS t SET ${list((name, i) => `${name} = r.c${i}`)}
FROM ${incoming(keys, columns)}
WHERE ${sameKey(keys)} AND t.xmin = r.v::xid
  AND (${list((name) => `t.${name}`)}) IS DISTINCT FROM (${list((_, i) => `r.c${i}`)})`,
    schema,
  );
}

/** Whether anybody but this transaction has changed a row of the batch `$1` since it was read. */
export function changedStatement(table: Table, schema: string): string {
  const keys = keyColumns(table);
  return inSchema(
    `SELECT EXISTS (
  SELECT FROM ${incoming(keys, [])} JOIN oura.${q(table.name)} t ON ${sameKey(keys)}
  WHERE t.xmin <> r.v::xid AND t.xmin <> (txid_current() % 4294967296)::text::xid
) AS changed`,
    schema,
  );
}
