/** Opens the database for the length of one piece of work: to write, only to look, or as a dry run. */
import type { ConnectionSettings } from "./driver/connection.ts";
import type { Database } from "./driver/database.ts";

/** Where the database is. */
type Connected = { readonly connection: ConnectionSettings };

/** How long to wait for another process that has the embedded database open. */
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
  settings: Connected,
  schema: string,
  body: (db: Database) => Promise<T>,
  { migrated = true, create = migrated, poolSize = 5 }: UseOptions = {},
): Promise<T> {
  const { openDatabase } = await import("./driver/open.ts");
  const db = await openDatabase(settings.connection, {
    schema,
    poolSize,
    create,
    patienceMs: PATIENCE_MS,
  });
  try {
    if (migrated) {
      const { ensureMigrated } = await import("./migrate/migrate.ts");
      await ensureMigrated(db);
    }
    return await body(db);
  } finally {
    await db.close();
  }
}

/**
 * The same for work that only looks: nothing is made or changed, so that a role which may only
 * read, or a replica, is enough.
 * @param body Is told whether there are tables at all; before the first sync there are none.
 * @throws {DatabaseError} Also when the tables are older than this program.
 */
export function withReadOnlyDatabase<T>(
  settings: Connected,
  schema: string,
  body: (db: Database, hasTables: boolean) => Promise<T>,
): Promise<T> {
  return withDatabase(settings, schema, async (db) => {
    const { hasTables } = await import("./migrate/migrate.ts");
    return await body(db, await hasTables(db));
  }, { migrated: false });
}

/**
 * The same for what is only tried out, which before the first sync has no tables to look at: it gets
 * some that nobody else ever sees.
 * @param body Is told whether the tables are there to stay.
 * @throws {DatabaseError} Also when the tables are older than this program.
 */
export function withDryRunDatabase<T>(
  settings: Connected,
  schema: string,
  body: (db: Database, hasTables: boolean) => Promise<T>,
): Promise<T> {
  return withReadOnlyDatabase(settings, schema, async (db, hasTables) => {
    if (hasTables) return await body(db, true);
    const { withDryRunSchema } = await import("./migrate/dry_run_schema.ts");
    return await withDryRunSchema(db, (stage) => body(stage, false));
  });
}
