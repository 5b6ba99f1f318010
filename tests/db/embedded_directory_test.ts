import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { diskFailure } from "../../lib/db/driver/pglite/disk_failure.ts";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { DatabaseError } from "../../lib/errors.ts";
import { putDatabase } from "../support/embedded_image.ts";
import { memoryDirectory } from "../support/memory_directory.ts";
import { LOCK_PATIENCE_MS, Program } from "../support/program.ts";

const HOLDER = new URL("./programs/hold_database.ts", import.meta.url);
const FILLER = new URL("./programs/fill_database.ts", import.meta.url);
const sanitizers = { sanitizeOps: true, sanitizeResources: true };

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({
    prefix: "oura-sync-test-",
    dir: await memoryDirectory() ?? tmpdir(),
  });
  try {
    await body(join(parent, "database"));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const open = (directory: string, options: { create?: boolean; patienceMs?: number } = {}) =>
  openPglite({ directory, schema: "oura", patienceMs: LOCK_PATIENCE_MS, ...options });

/** Puts one row into `kept`, where there is a database or not. */
async function make(directory: string): Promise<void> {
  const db = await open(directory);
  await db.exec("CREATE TABLE kept (n integer PRIMARY KEY); INSERT INTO kept VALUES (1)");
  await db.close();
}

/** A database with one row in `kept`, copied because making one takes seconds. */
async function put(directory: string): Promise<void> {
  await putDatabase(directory);
  await make(directory);
}

async function rowsOf(directory: string, create = true): Promise<unknown> {
  const db = await open(directory, { create });
  const { rows } = await db.query("SELECT n FROM kept");
  await db.close();
  return rows;
}

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

function failsWith(code: string) {
  return (error: unknown) => error instanceof DatabaseError && error.code === code;
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

Deno.test(
  "a mark of an unfinished creation beside a sound database costs no data",
  sanitizers,
  () =>
    withDirectory(async (directory) => {
      await put(directory);
      const mark = join(directory, "database.creating");
      await Deno.writeTextFile(mark, "");
      assert.deepEqual(await rowsOf(directory, false), [{ n: 1 }]);
      assert.ok(await Deno.stat(mark), "a look changes nothing");
      assert.deepEqual(await rowsOf(directory), [{ n: 1 }]);
      assert.ok(!(await names(directory)).includes("database.creating"));
    }),
);

Deno.test(
  "a database whose creation was cut short is moved aside, but not by a look; a part of one is removed",
  sanitizers,
  () =>
    withDirectory(async (directory) => {
      await Deno.mkdir(join(directory, "pgdata"), { recursive: true });
      await Deno.writeTextFile(join(directory, "pgdata", "PG_VERSION"), "18\n");
      await assert.rejects(open(directory), failsWith("DATABASE_EMBEDDED"));
      await Deno.writeTextFile(join(directory, "database.creating"), "");
      await assert.rejects(open(directory, { create: false }), failsWith("DATABASE_EMBEDDED"));
      assert.ok((await names(directory)).includes("database.creating"));

      // What a killed creation left is no database and does not hinder the next one.
      await Deno.mkdir(join(directory, "pgdata.new"));
      await Deno.writeTextFile(join(directory, "pgdata.new", "PG_VERSION"), "18\n");
      await make(directory);
      const aside = (await names(directory)).find((name) => name.startsWith("pgdata.unfinished-"));
      assert.equal(await Deno.readTextFile(join(directory, aside!, "PG_VERSION")), "18\n");
      assert.deepEqual(await names(directory), ["database.lock", "pgdata", aside]);
      assert.deepEqual(await rowsOf(directory), [{ n: 1 }]);
    }),
);

Deno.test(
  "a look at a database that is not there sees an empty one and makes none",
  sanitizers,
  () =>
    withDirectory(async (directory) => {
      const db = await open(directory, { create: false });
      assert.equal(db.label, directory);
      assert.equal((await db.query("SELECT FROM pg_tables WHERE schemaname = 'oura'")).rowCount, 0);
      await db.close();
      await assert.rejects(Deno.stat(directory), Deno.errors.NotFound);
    }),
);

Deno.test("a database in use is waited for", sanitizers, () =>
  withDirectory(async (directory) => {
    await putDatabase(directory);
    const holder = new Program(HOLDER, [directory]);
    assert.equal(await holder.line(), "open");
    await assert.rejects(open(directory, { patienceMs: 0 }), failsWith("DATABASE_LOCKED"));
    const opening = open(directory, { patienceMs: 600_000 });
    await holder.goOn();
    await (await opening).close();
    await holder.ended();
  }));

Deno.test(
  "a killed process's database opens without a check; a copy taken while it ran is checked",
  sanitizers,
  () =>
    withDirectory(async (directory) => {
      await put(directory);
      const holder = new Program(HOLDER, [directory]);
      assert.equal(await holder.line(), "open");
      const copied = `${directory}-copy`;
      await copy(directory, copied);
      await holder.kill();
      for (const each of [directory, copied]) await duplicate(join(each, "pgdata"));

      assert.deepEqual(
        await rowsOf(directory),
        [{ n: 1 }, { n: 1 }],
        "the doubled row is our doing",
      );
      for (const _ of ["at once", "and again"]) {
        await assert.rejects(open(copied), failsWith("DATABASE_COPIED_IN_USE"));
      }
      const repaired = await PGlite.create(join(copied, "pgdata"));
      await repaired.exec("DELETE FROM kept WHERE ctid = (SELECT max(ctid) FROM kept)");
      await repaired.close();
      assert.deepEqual(await rowsOf(copied), [{ n: 1 }]);
      assert.deepEqual(await names(copied), ["database.lock", "pgdata"], "known to be sound");
    }),
);

/** Stores a row that the index does not know, as a torn copy may hold it. */
async function duplicate(data: string): Promise<void> {
  const pglite = await PGlite.create(data);
  const ready = (yes: boolean) =>
    `UPDATE pg_index SET indisready = ${yes}, indisvalid = ${yes}
     WHERE indexrelid = 'kept_pkey'::regclass;`;
  await pglite.exec(`${ready(false)} SELECT 1`);
  await pglite.exec("INSERT INTO kept VALUES (1)");
  await pglite.exec(`${ready(true)} SELECT 1`);
  await pglite.close();
}

Deno.test("a write that the disk refuses ends the database at once; what was committed is whole", {
  ...sanitizers,
  ignore: Deno.build.os === "windows",
}, () =>
  withDirectory(async (directory) => {
    await put(directory);
    const db = await open(directory);
    await db.exec("CREATE TABLE filled (t text)");
    await db.close();
    // No file may grow beyond 4 MB: the write-ahead log, whose files have 16, breaks off in between.
    const limited = new Deno.Command("sh", {
      args: [
        "-c",
        'trap "" XFSZ; ulimit -f 8192; exec "$@"',
        "sh",
        Deno.execPath(),
        "run",
        "--no-check",
        "--allow-all",
        FILLER.href,
        directory,
      ],
      stdout: "piped",
      stderr: "inherit",
    });
    const { code, stdout } = await limited.output();
    assert.equal(code, 0);
    const refused = "DATABASE_DIRECTORY_UNWRITABLE";
    assert.equal(new TextDecoder().decode(stdout), `${refused} ${refused}`);
    assert.deepEqual(await rowsOf(directory), [{ n: 1 }]);
  }));

Deno.test("every system's error for a full disk or quota is reported as DATABASE_FULL", () => {
  const full = [{ code: "ENOSPC" }, { code: "EDQUOT" }, { errno: 51 }, { errno: 19 }];
  for (const error of full) {
    const failure = diskFailure(error, "data");
    assert.equal(failure?.code, "DATABASE_FULL");
    assert.match(failure.message, /^data: no free space/);
  }
  assert.equal(diskFailure({ code: "EIO" }, "data")?.code, "DATABASE_DIRECTORY_UNWRITABLE");
  for (const other of [{ code: "ENOENT" }, { errno: 44 }, new Error("ENOSPC"), null]) {
    assert.equal(diskFailure(other, "data"), null);
  }
});
