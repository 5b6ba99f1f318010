/** Tests that run on PostgreSQL with every push, and on PGlite too in the soak. */
import type { Database } from "../../lib/db/driver/database.ts";
import {
  type DatabaseOptions,
  DEFAULT_SCHEMA,
  type OnDatabase,
  onServer,
  type OnServerOptions,
  withPostgres,
} from "./server_database.ts";
import { SOAK } from "./soak.ts";

// PGlite costs a test file seconds of work, so it is loaded only where a test runs on it.
const both = SOAK ? await import("./databases.ts") : null;
const everywhere = both?.forEachDatabase ?? onServer;

/**
 * Registers `body` on PostgreSQL, and in the soak on PGlite too. For tests of what both do with the
 * same statements; where the driver matters, use `forEachDatabase`, which never leaves PGlite out.
 */
export function onServerFirst(
  name: string,
  body: OnDatabase,
  options: OnServerOptions = {},
): void {
  everywhere(name, body, options);
}

/** Runs `body` on a database of PostgreSQL, and in the soak on PGlite instead. */
export async function withServerFirst(
  body: (db: Database) => Promise<void>,
  options: DatabaseOptions,
): Promise<void> {
  await (both?.withPglite ?? withPostgres)(DEFAULT_SCHEMA, body, options);
}
