/** The same test on every database the program runs on. */
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { memoryImage } from "./embedded_image.ts";
import {
  type DatabaseOptions,
  DEFAULT_SCHEMA,
  type OnDatabase,
  onServer,
  type OnServerOptions,
} from "./server_database.ts";
import { removeRows, schemaMark } from "./unchanged_schema.ts";

export { withPostgres } from "./server_database.ts";

// Opened here and not in the first test, whose sanitizers would take it for a leak.
const embedded = await openPglite({
  directory: null,
  schema: DEFAULT_SCHEMA,
  template: await memoryImage(),
});
/** What its schema looks like while it is only migrated. */
let migratedMark = await schemaMark(embedded);
await endTimer();

/**
 * Registers `body` twice, on PostgreSQL and on PGlite. Each run has a database of its own, migrated.
 */
export function forEachDatabase(
  name: string,
  body: OnDatabase,
  options: OnServerOptions = {},
): void {
  onServer(name, body, options);
  const { migrated = true, applied = false } = options;
  Deno.test({
    name: `${name} [PGlite]`,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: (t) => withPglite(DEFAULT_SCHEMA, (db) => body(db, t), { migrated, applied }),
  });
}

/** Runs `body` on the PGlite of this suite, emptied before, and migrated if asked. */
export async function withPglite(
  schema: string,
  body: (db: Database) => Promise<void>,
  { migrated = false, applied = false }: DatabaseOptions = {},
): Promise<void> {
  if (schema !== DEFAULT_SCHEMA) throw new Error("PGlite is tested with the default schema only");
  if (migrated || applied) await makeMigrated();
  else await dropSchema();
  // Most tests need neither the simulator nor what changes columns.
  if (applied) await (await import("./applied_columns.ts")).applyShipped(embedded);
  try {
    await body(embedded);
  } finally {
    await endTimer();
  }
}

/**
 * Ends the timer that a server without work sets to write its statistics ten seconds later, which
 * the sanitizers would take for a leak of this test, or of the one in which it fires. The server
 * writes them now, and sets its timer, of which it has one, to a moment that passes here.
 */
async function endTimer(): Promise<void> {
  await embedded.exec(
    "SET statement_timeout = 1; SELECT pg_stat_force_next_flush(); RESET statement_timeout",
  );
  await new Promise((resolve) => setTimeout(resolve, 2));
}

async function makeMigrated(): Promise<void> {
  if (migratedMark === await schemaMark(embedded).catch(() => "without tables")) {
    return await removeRows(embedded);
  }
  await dropSchema();
  await migrate(embedded);
  migratedMark = await schemaMark(embedded);
}

async function dropSchema(): Promise<void> {
  await embedded.exec(`DROP SCHEMA IF EXISTS ${quoteIdentifier(DEFAULT_SCHEMA)} CASCADE`);
}
