import type { Database, Transaction } from "./database.ts";

/** Carries the result past the rollback. */
class RollbackSignal<T> extends Error {
  constructor(readonly result: T) {
    super("to be rolled back");
  }
}

/**
 * Runs `body` in a transaction and undoes all it did.
 * @returns What `body` returned.
 * @throws {DatabaseError} When the database refuses what `body` does.
 */
export async function withRollback<T>(
  db: Database,
  body: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await db.transaction<T>(async (tx) => {
      throw new RollbackSignal(await body(tx));
    });
  } catch (error) {
    if (error instanceof RollbackSignal) return error.result;
    throw error;
  }
}
