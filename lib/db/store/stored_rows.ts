/** How many rows the days of a window have, counted through an index. */
import type { Queryable } from "../driver/database.ts";
import { quoteIdentifier as q } from "../driver/identifiers.ts";

/** A data type's table, and what tells which rows belong to which days. */
export interface CountedTable {
  readonly dataType: string;
  readonly table: string;
  /** `whole`: nothing does, every window counts the whole table. */
  readonly extent: "day" | "timestamp" | "whole";
}

/** How many rows of wearer `$1` a table has, deleted ones included. */
export function countAll({ table }: CountedTable): string {
  return `(SELECT count(*) FROM oura.${q(table)} AS t WHERE t.user_id = $1)`;
}

/** The same from one day to another; `from` and `to` are SQL expressions of dates. */
export function countDays({ table, extent }: CountedTable, from: string, to: string): string {
  const condition = {
    day: `t.day BETWEEN ${from} AND ${to}`,
    timestamp: `t."timestamp" >= (${from})::timestamp AT TIME ZONE 'UTC'
      AND t."timestamp" < (${to} + 1)::timestamp AT TIME ZONE 'UTC'`,
    whole: "true",
  }[extent];
  return `(SELECT count(*) FROM oura.${q(table)} AS t WHERE t.user_id = $1 AND ${condition})`;
}

/** A window that has just been recorded as done. */
export interface LoadedWindow {
  readonly userId: string;
  readonly from: string;
  readonly to: string;
  /** Rows that its reading has added. */
  readonly inserted: number;
  /** How many rows its days have; null where they are still to be counted. */
  readonly stored: number | null;
}

/** Notes how many rows the days of a window have, in the transaction that records it as done. */
export async function recordStoredRows(
  tx: Queryable,
  table: CountedTable,
  { userId, from, to, inserted, stored }: LoadedWindow,
): Promise<void> {
  const sql = `WITH accounted AS (
  INSERT INTO oura.row_accounts AS a (user_id, data_type, rows) VALUES ($1, $2, $5::bigint)
  ON CONFLICT (user_id, data_type) DO UPDATE SET rows = a.rows + excluded.rows
  WHERE excluded.rows > 0
)
UPDATE oura.sync_windows SET stored = ${
    stored === null ? countDays(table, "$3::date", "$4::date") : "$6::bigint"
  }
WHERE user_id = $1 AND data_type = $2 AND from_day = $3::date AND to_day = $4::date
  AND state = 'done'`;
  const counted = stored === null ? [] : [stored];
  await tx.query(sql, [userId, table.dataType, from, to, inserted, ...counted]);
}
