/** How much landed where. */
import type { Queryable } from "../driver/database.ts";
import { quoteIdentifier } from "../driver/identifiers.ts";

/** A table and its rows. */
export interface TableSize {
  table: string;
  rows: number;
}

/** Counts the rows of wearer `userId` in each table, without those marked deleted. */
export async function tableSizes(
  db: Queryable,
  userId: string,
  tables: readonly string[],
): Promise<TableSize[]> {
  const counts = tables.map((table, i) =>
    `SELECT ${i} AS place, count(*)::int AS rows FROM oura.${quoteIdentifier(table)}
    WHERE user_id = $1 AND deleted_at IS NULL`
  );
  const { rows } = await db.query<{ place: number; rows: number }>(
    `${counts.join("\nUNION ALL ")}\nORDER BY place`,
    [userId],
  );
  return rows.map((row) => ({ table: tables[row.place]!, rows: row.rows }));
}
