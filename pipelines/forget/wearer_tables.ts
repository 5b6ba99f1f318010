/** Every table that holds rows of wearers, whether `oura.yaml` declares it or not. */
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";

/**
 * Lists the tables of the schema with a column `user_id`, quoted with their schema; the partitions
 * in place of a partitioned table. Series, bookkeeping and roll-ups are among them.
 */
export async function wearerTables(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ schema: string; name: string }>(
    `SELECT DISTINCT ln.nspname AS schema, leaf.relname AS name
      FROM pg_class AS root
      JOIN pg_namespace AS rn ON rn.oid = root.relnamespace AND rn.nspname = $1
      JOIN pg_attribute AS a ON a.attrelid = root.oid AND a.attname = 'user_id'
        AND NOT a.attisdropped
      JOIN pg_class AS leaf ON leaf.relkind = 'r' AND (leaf.oid = root.oid OR (
        root.relkind = 'p' AND leaf.oid IN (SELECT relid FROM pg_partition_tree(root.oid) WHERE isleaf)
      ))
      JOIN pg_namespace AS ln ON ln.oid = leaf.relnamespace
      WHERE root.relkind IN ('r', 'p')
      ORDER BY 1, 2`,
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
