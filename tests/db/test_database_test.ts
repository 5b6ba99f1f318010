/** The databases of the tests themselves: each test begins with the same one. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { withPglite } from "../support/databases.ts";

const MIGRATED = { migrated: true };

async function startRun(db: Database): Promise<unknown> {
  const { rows } = await db.query(
    `INSERT INTO oura.sync_runs (user_id, command, version, config_checksum, holder)
     VALUES ('w', 'sync', '1', 'x', 'h') RETURNING id`,
  );
  return rows[0]!.id;
}

Deno.test("PGlite: the rows of the test before are gone, and ids begin at 1", async () => {
  for (let round = 0; round < 2; round++) {
    await withPglite("oura", async (db) => {
      assert.equal(Number(await startRun(db)), 1);
      const { rows } = await db.query("SELECT 1 FROM oura.schema_migrations");
      assert.ok(rows.length > 0);
    }, MIGRATED);
  }
});

for (
  const [what, change, look] of [
    [
      "a column",
      "ALTER TABLE oura.sleep ADD COLUMN mine int",
      "SELECT attname FROM pg_attribute WHERE attrelid = 'oura.sleep'::regclass AND attname = 'mine'",
    ],
    [
      "a table that was dropped",
      "DROP TABLE oura.sleep CASCADE",
      "SELECT 1 WHERE to_regclass('oura.sleep') IS NULL",
    ],
    [
      "the list of migrations",
      "UPDATE oura.schema_migrations SET checksum = 'mine'",
      "SELECT 1 FROM oura.schema_migrations WHERE checksum = 'mine'",
    ],
    [
      "a trigger",
      `CREATE FUNCTION oura.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER mine BEFORE INSERT ON oura.sleep FOR EACH ROW EXECUTE FUNCTION oura.mine()`,
      "SELECT 1 FROM pg_trigger WHERE tgname = 'mine' UNION SELECT 1 FROM pg_proc WHERE proname = 'mine'",
    ],
  ] as const
) {
  Deno.test(`PGlite: what the test before did to the schema is undone: ${what}`, async () => {
    await withPglite("oura", async (db) => {
      await db.exec(change);
      assert.equal((await db.query(look)).rows.length > 0, true);
    }, MIGRATED);
    await withPglite("oura", async (db) => {
      assert.deepEqual((await db.query(look)).rows, []);
    }, MIGRATED);
  });
}
