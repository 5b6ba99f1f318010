import assert from "node:assert/strict";
import { CATALOG, DATA_TYPES } from "../../lib/oura/catalog/index.ts";
import { withPostgres } from "../support/server_database.ts";

Deno.test("every data type of the catalog has its table, key, day and offset", () =>
  withPostgres("oura", async (db) => {
    const { rows } = await db.query<{ name: string; columns: string[]; key: string[] }>(`
      SELECT c.relname AS name,
        (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = c.oid AND attnum > 0) AS columns,
        (SELECT array_agg(a.attname::text ORDER BY k.n)
         FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary) AS key
      FROM pg_class c WHERE c.relnamespace = 'oura'::regnamespace AND c.relkind = 'r'`);
    const tables = new Map(rows.map((row) => [row.name, row]));

    for (const { name, key, day, offset } of CATALOG) {
      const table = tables.get(name);
      assert.ok(table, name);
      const samples = key.includes("timestamp");
      assert.deepEqual(table.key, ["user_id", ...(samples ? key : ["id"])], name);
      assert.equal(table.columns.includes("day"), day !== undefined, `${name}.day`);
      assert.equal(
        table.columns.includes("utc_offset"),
        offset !== undefined,
        `${name}.utc_offset`,
      );
      for (const column of ["id", "raw_data", "created_at", "updated_at", "deleted_at"]) {
        assert.ok(table.columns.includes(column), `${name}.${column}`);
      }
    }
    const withRawData = rows.filter(({ columns }) => columns.includes("raw_data"));
    assert.equal(withRawData.length, Object.keys(DATA_TYPES).length);
  }, { migrated: true }));

Deno.test("every table says what it is for", () =>
  withPostgres("oura", async (db) => {
    const { rows } = await db.query(`
      SELECT relname FROM pg_class
      WHERE relnamespace = 'oura'::regnamespace AND relkind = 'r' AND obj_description(oid) IS NULL`);
    assert.deepEqual(rows, []);
  }, { migrated: true }));
