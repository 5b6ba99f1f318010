/**
 * Embedded databases that were made once: a new one costs seconds of work, a copy next to none. They
 * are kept in the temporary directory, by the version of PGlite and the migrations they hold.
 */
import { cp } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { PGlite } from "@electric-sql/pglite";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { migrations } from "../../sql/migrations/index.ts";
import { once } from "./postgres.ts";
import { temporaryDirectory } from "./temporary_directory.ts";

const SCHEMA = "oura";
/** A copy begins with a recovery; without this it goes on reporting the progress of it, on a timer. */
const IMAGE_SETTINGS = "ALTER SYSTEM SET log_startup_progress_interval = 0";

/** The image that a PGlite in memory starts from: migrated, with the default schema. */
export async function memoryImage(): Promise<Blob> {
  const file = await kept("tar", async (partial) => {
    await using made = await temporaryDirectory();
    await makeDirectory(made.path);
    const pglite = await PGlite.create({ dataDir: join(made.path, "pgdata") });
    await pglite.exec(IMAGE_SETTINGS);
    const image = await pglite.dumpDataDir("none");
    await pglite.close();
    await Deno.writeFile(partial, image.stream());
  });
  return new Blob([await Deno.readFile(file)]);
}

/**
 * Puts an embedded database with its tables where a program will look for one, for tests that are
 * not about the first start.
 * @param directory The data directory of the program, which may be missing.
 */
export async function putDatabase(directory: string): Promise<void> {
  const image = await kept("directory", makeDirectory);
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await cp(join(image, "pgdata"), join(directory, "pgdata"), { recursive: true });
}

async function makeDirectory(directory: string): Promise<void> {
  const db = await openPglite({ directory, schema: SCHEMA });
  await migrate(db);
  await db.close();
}

/** The path of an image, which `make` writes if it is missing. */
async function kept(kind: string, make: (partial: string) => Promise<void>): Promise<string> {
  const path = join(tmpdir(), `oura-sync-test-pglite-${contents()}.${kind}`);
  return await once(`OURA_TEST_EMBEDDED_${kind.toUpperCase()}`, async () => {
    if (await Deno.stat(path).then(() => true, () => false)) return path;
    await using unfinished = await temporaryDirectory();
    const partial = join(unfinished.path, "image");
    await make(partial);
    await Deno.rename(partial, path);
    return path;
  });
}

/** A name for the content of an image. */
function contents(): string {
  const pglite = import.meta.resolve("@electric-sql/pglite");
  const hash = createHash("sha256").update(pglite);
  for (const { sql } of migrations) hash.update(sql);
  hash.update(IMAGE_SETTINGS);
  return hash.digest("hex").slice(0, 16);
}
