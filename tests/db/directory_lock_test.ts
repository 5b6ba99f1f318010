import assert from "node:assert/strict";
import { join } from "node:path";
import { openPglite } from "../../lib/db/driver/pglite/open_pglite.ts";
import { lockDirectory } from "../../lib/db/driver/pglite/directory_lock.ts";
import { DatabaseError } from "../../lib/errors.ts";
import { LOCK_PATIENCE_MS, Program } from "../support/program.ts";

const HOLDER = new URL("./programs/hold_database.ts", import.meta.url);

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-test-" });
  try {
    await body(join(directory, "data"));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("an embedded database serves one process, names it to the next, and is free again when it is killed", () =>
  withDirectory(async (directory) => {
    const first = new Program(HOLDER, [directory]);
    assert.equal(await first.line(), "open");

    const second = new Program(HOLDER, [directory]);
    const refusal = await second.line();
    assert.match(refusal, new RegExp(`in use by process ${first.pid}, started \\d{4}-`));
    await second.goOn();
    await second.ended();

    await assert.rejects(
      openPglite({ directory, schema: "oura" }),
      (error) => error instanceof DatabaseError && error.code === "DATABASE_LOCKED",
    );

    await first.kill();
    const db = await openPglite({ directory, schema: "oura" });
    assert.equal((await db.query("SELECT 1 AS n")).rowCount, 1);
    await db.close();
  }));

Deno.test("lockDirectory() makes a directory that only its owner can enter", {
  ignore: Deno.build.os === "windows",
}, () =>
  withDirectory(async (directory) => {
    const lock = await lockDirectory(directory);
    assert.equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
    lock.release();
    (await lockDirectory(directory, LOCK_PATIENCE_MS)).release();
  }));

Deno.test("a place where no directory can be made is named, with what to do", () =>
  withDirectory(async (place) => {
    await Deno.writeTextFile(place, "a file, where a directory should be");
    await assert.rejects(lockDirectory(join(place, "database")), (error: unknown) => {
      assert.ok(error instanceof DatabaseError);
      assert.equal(error.code, "DATABASE_DIRECTORY_UNWRITABLE");
      assert.ok(error.message.includes(place));
      assert.match(error.hint ?? "", /OURA_DATA_DIR/);
      return true;
    });
  }));
