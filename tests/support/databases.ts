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

/** Runs `body` on the PGlite of this test file, emptied before, and migrated if asked. */
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
  await body(embedded);
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
