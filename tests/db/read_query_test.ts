import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { readQuery } from "../../lib/db/driver/read_query.ts";
import { DatabaseError, UsageError } from "../../lib/errors.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** What must be as before: rows, tables, large objects, sequences. */
async function picture(db: Database): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT (SELECT count(*) FROM oura.sync_runs) AS runs, (SELECT count(*) FROM pg_class) AS tables,
      (SELECT count(*) FROM pg_largeobject_metadata) AS objects,
      (SELECT last_value FROM oura.sync_runs_id_seq) AS sequence`,
  );
  return rows;
}

forEachDatabase("readQuery() reads every kind of query", async (db) => {
  const one = async (sql: string) => (await readQuery(db, sql)).rows;
  assert.deepEqual(await one("select 1 as n"), [{ n: 1 }]);
  assert.deepEqual(await one(" -- first\n /* then; */ (SELECT 1 AS n);"), [{ n: 1 }]);
  assert.deepEqual(await one("values (1), (2)"), [{ column1: 1 }, { column1: 2 }]);
  assert.deepEqual(await one("with n as (select 1 as n) table n"), [{ n: 1 }]);
  const { rows, columns } = await readQuery(db, "TABLE oura.sync_runs");
  assert.deepEqual([rows.length, columns.includes("user_id")], [0, true]);
  const many = await readQuery(db, "select g, now() as t from generate_series(1, 5000) as g");
  assert.equal(many.rows.length, 5000);
  assert.ok(many.rows[0]!.t instanceof Date);
});

forEachDatabase("readQuery() changes nothing, whatever it is asked", async (db) => {
  await using directory = await temporaryDirectory();
  // The server may run as another user: what keeps it from writing must be the read-only query.
  await Deno.chmod(directory.path, 0o777);
  const file = `${directory.path}/written`;
  await db.exec(`INSERT INTO oura.sync_runs (command, version) VALUES ('sync', '1')`);
  await db.exec("SELECT lo_create(4711)");
  const before = await picture(db);
  const statements = [
    `copy (select 1) to '${file}'`,
    "copy (select 1) to program 'true'",
    "/* select */ delete from oura.sync_runs",
    "explain analyze delete from oura.sync_runs",
    "do $$ begin perform 1; end $$",
    "set role none",
    "begin",
    "select 1; delete from oura.sync_runs",
    "select 1; commit; delete from oura.sync_runs",
    "select 1 into oura.x",
    "with gone as (delete from oura.sync_runs returning 1) select * from gone",
    "select nextval('oura.sync_runs_id_seq')",
    "select * from oura.sync_runs for update",
    `select lo_export(4711, '${file}')`,
    "",
  ];
  for (const sql of statements) {
    await assert.rejects(readQuery(db, sql), (error) => {
      assert.ok(error instanceof UsageError || error instanceof DatabaseError, `${sql}: ${error}`);
      return true;
    }, sql);
  }
  // Newer servers refuse it, older ones take it and roll it back.
  await readQuery(db, "select lo_create(4712)").catch(() => {});
  assert.deepEqual(await picture(db), before);
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});

Deno.test("readQuery() sends a person's query as it is, whichever schema is configured", () =>
  withPostgres("My oura.data", async (db) => {
    const { rows } = await readQuery(
      db,
      `SELECT count(*)::int AS runs FROM "My oura.data".sync_runs`,
    );
    assert.deepEqual(rows, [{ runs: 0 }]);
    await assert.rejects(readQuery(db, "TABLE oura.sync_runs"), { sqlState: "42P01" });
  }, { migrated: true }));
