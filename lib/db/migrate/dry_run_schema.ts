/** Work on a database without tables, as if it had them, that leaves nothing behind. */
import type { Database } from "../driver/database.ts";
import { migrate } from "./migrate.ts";
import { withRollback } from "../driver/with_rollback.ts";

/**
 * Makes the tables and runs `body` on them, all in one transaction that is rolled back. Not for a
 * database in use: what `body` tells others, such as Oura, is not taken back.
 * @throws {DatabaseError} As `migrate`; the role needs the right to make the tables.
 */
export async function withDryRunSchema<T>(
  db: Database,
  body: (db: Database) => Promise<T>,
): Promise<T> {
  return await withRollback(db, async (tx) => {
    const stage: Database = {
      kind: db.kind,
      label: db.label,
      schema: db.schema,
      parallelism: 1,
      query: (sql, params) => tx.query(sql, params),
      queryRaw: (sql, params) => tx.queryRaw(sql, params),
      exec: (sql) => tx.exec(sql),
      transaction: (work) => work(tx),
      close: () => Promise.resolve(),
    };
    await migrate(stage);
    return await body(stage);
  });
}
