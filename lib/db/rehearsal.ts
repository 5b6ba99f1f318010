/** Work on a database without tables, as if it had them, that leaves nothing behind. */
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";

/** Carries the result past the rollback. */
class Over<T> extends Error {
  constructor(readonly result: T) {
    super("the rehearsal is over");
  }
}

/**
 * Makes the tables and runs `body` on them, all in one transaction that is rolled back. Not for a
 * database in use: what `body` tells others, such as Oura, is not taken back.
 * @throws {DatabaseError} As `migrate`; the role needs the right to make the tables.
 */
export async function rehearse<T>(
  db: Database,
  body: (db: Database) => Promise<T>,
): Promise<T> {
  try {
    await db.transaction(async (tx) => {
      const stage: Database = {
        kind: db.kind,
        label: db.label,
        schema: db.schema,
        parallelism: 1,
        query: (sql, params) => tx.query(sql, params),
        exec: (sql) => tx.exec(sql),
        transaction: (work) => work(tx),
        close: () => Promise.resolve(),
      };
      await migrate(stage);
      throw new Over(await body(stage));
    });
  } catch (error) {
    if (error instanceof Over) return error.result;
    throw error;
  }
  throw new RangeError("a rehearsal ends by being rolled back");
}
