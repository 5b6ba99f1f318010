/** Databases of the shared PostgreSQL server, one for each test. */
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { createDatabase, once, sharedCluster } from "./postgres.ts";

/** The schema where no configuration names another one. */
export const DEFAULT_SCHEMA = "oura";

// Started here and not in the first test, whose sanitizers would take it for a leak.
await sharedCluster();

/** Runs `body` on a database of its own on the shared server, empty unless `migrated`. */
export async function withPostgres(
  schema: string,
  body: (db: Database, url: string) => Promise<void>,
  { migrated = false }: { migrated?: boolean } = {},
): Promise<void> {
  const { url, drop } = await createDatabase(migrated ? await migratedTemplate(schema) : undefined);
  const db = await openPostgres({ kind: "url", url }, { schema });
  try {
    await body(db, url);
  } finally {
    await db.close();
    await drop();
  }
}

/** A database whose tables are there already: copying it is quicker than migrating each time. */
function migratedTemplate(schema: string): Promise<string> {
  const variable = `OURA_TEST_TEMPLATE_${schema === DEFAULT_SCHEMA ? "DEFAULT" : "OTHER"}`;
  return once(variable, async () => {
    const { name, url } = await createDatabase();
    const db = await openPostgres({ kind: "url", url }, { schema });
    await migrate(db);
    // PostgreSQL copies a database only while no session is connected to it.
    await db.close();
    return name;
  });
}
