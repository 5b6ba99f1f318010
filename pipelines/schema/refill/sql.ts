/** The statements of a refill, built once per table. */
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import type { Table, TableColumn } from "../../stages/table.ts";

/** A column to be filled, and, while its type changes, the one that holds the values so far. */
export interface RefillColumn extends TableColumn {
  /** Takes the place of the document where `raw_data` was not kept. */
  readonly previous: string | null;
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
  /**
   * Whether the rows are locked, which keeps a sync from changing them while they are filled: those
   * of one wearer, given as the last parameter, because a distributed table takes no lock over
   * several.
   */
  readonly lock: boolean;
}

/**
 * Reads the next rows, `limit` at most: `k0…` the key as text, `place` and `version`, `raw` the
 * document, and for rows without one the previous values `f0…` as JSON.
 */
export function readStatement(
  table: Table,
  columns: readonly RefillColumn[],
  pass: Pass,
  limit: number,
): string {
  const keys = keyColumns(table);
  const previousValues = columns.map(({ previous }, i) =>
    previous && `to_jsonb(${q(previous)}) AS f${i}`
  )
    .filter((text) => text !== null);
  const conditions = [
    previousValues.length === 0 ? "raw_data IS NOT NULL" : "true",
    // An hour: a transaction that began before the column was there may still have been at work.
    pass.recent
      ? "updated_at >= $1::timestamptz - interval '1 hour'"
      : "$1::timestamptz IS NOT NULL",
    ...(pass.behind ? [compareKeys(keys, ">", 2)] : []),
    ...(pass.until ? [compareKeys(keys, "<=", pass.behind ? 2 + keys.length : 2)] : []),
    ...(pass.lock
      ? [`user_id = $${2 + keys.length * (Number(pass.behind) + Number(pass.until))}`]
      : []),
  ];
  return `SELECT ${keys.map(({ name }, i) => `${q(name)}::text AS k${i}`).join(", ")},
  ctid::text AS place, tableoid::text AS part, xmin::text AS version, raw_data::text AS raw, deleted_at IS NOT NULL AS deleted${
    previousValues.map((f) => `, ${f}`).join("")
  }
FROM oura.${q(table.name)} AS t
WHERE ${conditions.join(" AND ")}
ORDER BY ${keys.map(({ name }) => `t.${q(name)}`).join(", ")}
LIMIT ${limit}${pass.lock ? " FOR NO KEY UPDATE" : ""}`;
}

function compareKeys(keys: readonly TableColumn[], operator: string, first: number): string {
  const names = keys.map(({ name }) => q(name)).join(", ");
  const params = keys.map(({ type }, i) => `$${first + i}::${type}`).join(", ");
  return `(${names}) ${operator} (${params})`;
}

/**
 * Writes the values of a batch, `$1` a JSON array of objects with `u`ser, `p`lace, `v`ersion and
 * `c0…`, into the rows that are still what was read, where the values differ. Null where there are no
 * columns. Place and version together are one version of one row, found without an index; they are
 * told from those of other partitions by the table, and from those of other machines by the wearer,
 * should the table be partitioned or distributed. `updated_at` stays: the document did not change.
 */
export function writeStatement(
  table: Table,
  columns: readonly RefillColumn[],
): string | null {
  if (columns.length === 0) return null;
  const fields = [
    "u text",
    "p tid",
    "v text",
    "o oid",
    ...columns.map(({ type }, i) => `c${i} ${type}`),
  ];
  const list = (write: (name: string, i: number) => string) =>
    columns.map(({ name }, i) => write(q(name), i)).join(", ");
  return `UPDATE oura.${q(table.name)} AS t SET ${list((name, i) => `${name} = r.c${i}`)}
FROM jsonb_to_recordset($1::text::jsonb) AS r(${fields.join(", ")})
WHERE t.user_id = r.u AND t.ctid = r.p AND t.xmin = r.v::xid AND t.tableoid = r.o
  AND (${list((name) => `t.${name}`)}) IS DISTINCT FROM (${list((_, i) => `r.c${i}`)})`;
}

/**
 * Whether another transaction has changed a row since it was read: `$1` is a JSON array of
 * objects with `v`ersion and the key as `k0…`.
 */
export function changedStatement(table: Table): string {
  const keys = keyColumns(table);
  const fields = ["v text", ...keys.map(({ type }, i) => `k${i} ${type}`)];
  return `SELECT EXISTS (
  SELECT 1 FROM jsonb_to_recordset($1::text::jsonb) AS r(${fields.join(", ")})
  JOIN oura.${q(table.name)} t ON ${
    keys.map(({ name }, i) => `t.${q(name)} = r.k${i}`).join(" AND ")
  }
  WHERE t.xmin <> r.v::xid AND t.xmin <> (txid_current() % 4294967296)::text::xid
) AS changed`;
}
