import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate.ts";
import { schemaSnapshot } from "../../tools/schema_snapshot.ts";
import { withPglite, withPostgres } from "../support/databases.ts";

for (const [where, use] of [["PostgreSQL", withPostgres], ["PGlite", withPglite]] as const) {
  Deno.test(`sql/schema.sql is what the migrations add up to [${where}]`, () =>
    use("oura", async (db) => {
      await migrate(db);
      const snapshot = await Deno.readTextFile(new URL("../../sql/schema.sql", import.meta.url));
      const hint = "run `deno task schema:snapshot`";
      assert.equal(await schemaSnapshot(db), snapshot.replaceAll("\r\n", "\n"), hint);
    }));
}

Deno.test("every table says what it is for, and the wearer leads the key of every data table", () =>
  withPglite("oura", async (db) => {
    await migrate(db);
    const { rows } = await db.query<{ name: string; comment: string | null; key: string[] }>(`
      SELECT c.relname AS name, obj_description(c.oid) AS comment,
        (SELECT array_agg(a.attname::text ORDER BY k.n)
         FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
         JOIN pg_attribute a ON a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid) AS key,
        EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'raw_data') AS data
      FROM pg_class c WHERE c.relnamespace = 'oura'::regnamespace AND c.relkind = 'r'`);
    assert.deepEqual(rows.filter(({ comment }) => !comment).map(({ name }) => name), []);
    const dataTables = rows.filter((row) => "data" in row && row.data === true);
    assert.equal(dataTables.length, 19);
    for (const { name, key } of dataTables) assert.equal(key[0], "user_id", name);
  }));
