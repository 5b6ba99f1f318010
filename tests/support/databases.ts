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

export { withPostgres } from "./server_database.ts";

// Opened here and not in the first test, whose sanitizers would take it for a leak.
const embedded = await openPglite({
  directory: null,
  schema: DEFAULT_SCHEMA,
  template: await memoryImage(),
});
/** Whether it is still as the image has it. */
let isNew = true;

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
  const hasTables = migrated || applied;
  if (!isNew || !hasTables) {
    await embedded.exec(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`);
    if (hasTables) await migrate(embedded);
  }
  isNew = false;
  // Most tests need neither the simulator nor what changes columns.
  if (applied) await (await import("./applied_columns.ts")).applyShipped(embedded);
  await body(embedded);
}
