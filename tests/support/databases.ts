/** The same test on every database the program runs on. */
import { join } from "node:path";
import { tmpdir } from "node:os";
import { PGlite } from "@electric-sql/pglite";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { DEFAULT_SCHEMA, withPostgres } from "./server_database.ts";

export { withPostgres } from "./server_database.ts";

/** Needs quoting, and holds the default name as a word. */
const OTHER_SCHEMA = "My oura.data";

// Opened here and not in the first test, whose sanitizers would take it for a leak.
const embedded = await openPglite({
  directory: null,
  schema: DEFAULT_SCHEMA,
  template: await template(),
});

/** What a test's database holds. */
export interface DatabaseOptions {
  /** False: the body gets an empty database. */
  migrated?: boolean;
}

/** Options of {@linkcode forEachDatabase}. */
export interface ForEachOptions extends DatabaseOptions {
  /**
   * True: the body also runs with a schema name that needs quoting. For tests of SQL that is built;
   * the driver points constant statements at the schema, and has its own test.
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
