/** Every table that holds rows of wearers, whether `oura.yaml` declares it or not. */
import WEARER_TABLES from "../../sql/queries/wearer_tables.sql" with { type: "text" };
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";

/**
 * Lists the tables of the schema with a column `user_id`, quoted with their schema; the partitions
 * in place of a partitioned table. Series, bookkeeping and roll-ups are among them.
 */
export async function wearerTables(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ schema: string; name: string }>(
    WEARER_TABLES,
    [db.schema],
  );
  return rows.map(({ schema, name }) => `${q(schema)}.${q(name)}`);
}

/** Whether any of these tables has a row of the wearer. */
export async function holdsWearer(
  db: Queryable,
  tables: readonly string[],
  userId: string,
): Promise<boolean> {
  for (const table of tables) {
    const { rows } = await db.queryRaw(`SELECT 1 FROM ${table} WHERE user_id = $1 LIMIT 1`, [
      userId,
    ]);
    if (rows.length > 0) return true;
  }
  return false;
}
