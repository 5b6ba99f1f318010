/** What a role may read: one that is for charts only sees neither sign-ins nor invitations. */
import type { Queryable } from "../driver/database.ts";

/** Whether the table is there and the role of this connection may read it. */
export async function mayRead(db: Queryable, table: string): Promise<boolean> {
  const { rows } = await db.query<{ allowed: boolean }>(
    `SELECT has_table_privilege(c.oid, 'SELECT') AS allowed
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2`,
    [db.schema, table],
  );
  return rows[0]?.allowed === true;
}
