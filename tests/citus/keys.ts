/** Citus' rules for the keys of distributed tables, checked in the catalog of a database. */
import { LOCAL_WEARER_TABLES } from "../../lib/db/citus/placement.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";

/**
 * Tables of wearers whose keys keep them from being distributed by `user_id`, each with the reason:
 * no primary key that begins with it, a unique index without it, or a foreign key.
 */
export async function keyProblems(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ table: string; problem: string }>(
    `WITH tables AS (
      SELECT c.oid, c.relname::text AS name, a.attnum AS wearer
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($2::text[])
    )
    SELECT t.name AS table, 'its primary key does not begin with user_id' AS problem FROM tables t
      WHERE NOT EXISTS (SELECT 1 FROM pg_index i
        WHERE i.indrelid = t.oid AND i.indisprimary AND i.indkey[0] = t.wearer)
    UNION ALL
    SELECT t.name, 'the unique index ' || i.indexrelid::regclass || ' lacks user_id' FROM tables t
      JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique AND NOT i.indisprimary
      WHERE NOT t.wearer = ANY (i.indkey::smallint[])
    UNION ALL
    SELECT t.name, 'the foreign key ' || k.conname FROM tables t
      JOIN pg_constraint k ON k.contype = 'f' AND t.oid IN (k.conrelid, k.confrelid)
    ORDER BY 1, 2`,
    [db.schema, Object.keys(LOCAL_WEARER_TABLES)],
  );
  return rows.map(({ table, problem }) => `${table}: ${problem}`);
}
