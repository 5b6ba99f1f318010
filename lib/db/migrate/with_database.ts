/** Opens a database for the length of a piece of work. */
import type { ConnectionSettings } from "../driver/connection.ts";
import type { Database } from "../driver/database.ts";

/** How long a command waits for another process that has the embedded database open. */
const PATIENCE_MS = 10_000;

/** How a command uses the database. */
interface UseOptions {
  /** Whether its tables are brought up to date first. @default true */
  migrated?: boolean;
  /** Whether a missing embedded database is made; else it looks empty. @default `migrated` */
  create?: boolean;
  /** Connections at most, on a server. @default 5 */
  poolSize?: number;
}

/**
 * Opens the database, brings its tables up to date, runs `body` and closes it.
 * @throws {DatabaseError} When it cannot be reached or refuses the work.
 */
export async function withDatabase<T>(
  connection: ConnectionSettings,
  schema: string,
  body: (db: Database) => Promise<T>,
  { migrated = true, create = migrated, poolSize = 5 }: UseOptions = {},
): Promise<T> {
  const { openDatabase } = await import("../driver/open.ts");
  const db = await openDatabase(connection, {
    schema,
    poolSize,
    create,
    patienceMs: PATIENCE_MS,
  });
  try {
    if (migrated) {
      const { ensureMigrated } = await import("./migrate.ts");
      await ensureMigrated(db);
    }
    return await body(db);
  } finally {
    await db.close();
  }
}
