/** Databases of the shared PostgreSQL server, one for each test. */
import type { Database } from "../../lib/db/driver/database.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { createDatabase, once, sharedCluster } from "./postgres.ts";

/** The schema where no configuration names another one. */
export const DEFAULT_SCHEMA = "oura";
/** Needs quoting, and holds the default name as a word. */
const OTHER_SCHEMA = "My oura.data";

/** What a test does with its database. */
export type OnDatabase = (db: Database, t: Deno.TestContext) => Promise<void>;

/** What a test's database holds. */
export interface DatabaseOptions {
  /** False: the body gets an empty database. */
  migrated?: boolean;
  /** True: it also has the columns of the shipped configuration, which a sync would add first. */
  applied?: boolean;
}

/** Options of {@linkcode onServer}. */
export interface OnServerOptions extends DatabaseOptions {
  /**
   * True: the body also runs with a schema name that needs quoting. For tests of SQL that is built;
   * the driver points constant statements at the schema, and has its own test.
   */
  otherSchema?: boolean;
}

// Started here and not in the first test, whose sanitizers would take it for a leak.
await sharedCluster();

/** Registers `body` on PostgreSQL. Each run has a database of its own, migrated. */
export function onServer(
  name: string,
  body: OnDatabase,
  { migrated = true, applied = false, otherSchema = false }: OnServerOptions = {},
): void {
  const register = (where: string, schema: string) =>
    Deno.test({
      name: `${name} [${where}]`,
      sanitizeOps: true,
      sanitizeResources: true,
      fn: (t) => withPostgres(schema, (db) => body(db, t), { migrated, applied }),
    });
  register("PostgreSQL", DEFAULT_SCHEMA);
  if (otherSchema) register("PostgreSQL, other schema", OTHER_SCHEMA);
}

/** Runs `body` on a database of its own on the shared server, empty unless `migrated`. */
export async function withPostgres(
  schema: string,
  body: (db: Database, url: string) => Promise<void>,
  { migrated = false, applied = false }: DatabaseOptions = {},
): Promise<void> {
  const template = applied ? appliedTemplate : migrated ? migratedTemplate : () => undefined;
  const { url, drop } = await createDatabase(await template(schema));
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
  return template("MIGRATED", schema, "template1", migrate);
}

/** A migrated database that has the columns of the shipped configuration too, to be copied. */
export async function appliedTemplate(schema: string): Promise<string> {
  // Made before the other template, because making one holds the lock.
  const migrated = await migratedTemplate(schema);
  return await template("APPLIED", schema, migrated, async (db) => {
    // Most tests need neither the simulator nor what changes columns.
    const { applyShipped } = await import("./applied_columns.ts");
    await applyShipped(db);
  });
}

/** A copy of the database `from`, changed by `change`: made once for each schema. */
function template(
  kind: string,
  schema: string,
  from: string,
  change: (db: Database) => Promise<unknown>,
): Promise<string> {
  const variable = `OURA_TEST_${kind}_${schema === DEFAULT_SCHEMA ? "DEFAULT" : "OTHER"}`;
  return once(variable, async () => {
    const { name, url } = await createDatabase(from);
    const db = await openPostgres({ kind: "url", url }, { schema });
    await change(db);
    // PostgreSQL copies a database only while no session is connected to it.
    await db.close();
    return name;
  });
}
