/** The same test on every database the program runs on. */
import { join } from "node:path";
import { tmpdir } from "node:os";
import { PGlite } from "@electric-sql/pglite";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { createDatabase, once, sharedCluster } from "./postgres.ts";

const DEFAULT_SCHEMA = "oura";
/** Needs quoting, and holds the default name as a word. */
const OTHER_SCHEMA = "My oura.data";

// Started here and not in the first test, whose sanitizers would take them for leaks.
await sharedCluster();
const embedded = await openPglite({
  directory: null,
  schema: DEFAULT_SCHEMA,
  template: await template(),
});

/** How a test's database is prepared. */
export interface DatabaseOptions {
  /** False: the body gets an empty database. */
  migrated?: boolean;
}

/** What {@linkcode forEachDatabase} adds and leaves out. */
export interface ForEachOptions extends DatabaseOptions {
  /**
   * True: the body also runs with a schema name that needs quoting. For tests of SQL that is built;
   * statements that are constants are pointed at the schema by the driver, which has its own test.
   */
  otherSchema?: boolean;
}

/**
 * Registers `body` twice, on PostgreSQL and on PGlite. Each run has a database of its own, migrated.
 */
export function forEachDatabase(
  name: string,
  body: (db: Database, t: Deno.TestContext) => Promise<void>,
  { migrated = true, otherSchema = false }: ForEachOptions = {},
): void {
  const register = (
    where: string,
    schema: string,
    use: (
      schema: string,
      body: (db: Database) => Promise<void>,
      options: DatabaseOptions,
    ) => Promise<void>,
  ) => {
    Deno.test({
      name: `${name} [${where}]`,
      sanitizeOps: true,
      sanitizeResources: true,
      fn: (t) => use(schema, (db) => body(db, t), { migrated }),
    });
  };
  register("PostgreSQL", DEFAULT_SCHEMA, withPostgres);
  if (otherSchema) register("PostgreSQL, other schema", OTHER_SCHEMA, withPostgres);
  register("PGlite", DEFAULT_SCHEMA, withPglite);
}

/** Runs `body` on a database of its own on the shared server, empty unless `migrated`. */
export async function withPostgres(
  schema: string,
  body: (db: Database, url: string) => Promise<void>,
  { migrated = false }: DatabaseOptions = {},
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

/** Runs `body` on the PGlite of this test file, emptied before, and migrated if asked. */
export async function withPglite(
  schema: string,
  body: (db: Database) => Promise<void>,
  { migrated = false }: DatabaseOptions = {},
): Promise<void> {
  if (schema !== DEFAULT_SCHEMA) throw new Error("PGlite is tested with the default schema only");
  await embedded.exec(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`);
  if (migrated) await migrate(embedded);
  await body(embedded);
}

/** A new PGlite takes seconds; loading the image of one takes a fraction. */
async function template(): Promise<Blob> {
  const file = join(tmpdir(), `oura-sync-test-pglite-${pgliteVersion()}.tar`);
  try {
    return new Blob([await Deno.readFile(file)]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const fresh = await PGlite.create({ dataDir: "memory://" });
  const image = await fresh.dumpDataDir("none");
  await fresh.close();
  const partial = await Deno.makeTempFile({ prefix: "oura-sync-test-pglite-" });
  await Deno.writeFile(partial, image.stream());
  await Deno.rename(partial, file);
  return image;
}

function pgliteVersion(): string {
  return /pglite[@/](\d+\.\d+\.\d+)/.exec(import.meta.resolve("@electric-sql/pglite"))?.[1] ??
    "unknown";
}
