import assert from "node:assert/strict";
import fc from "fast-check";
import { forEachDatabase } from "../support/databases.ts";

/** An SQL expression and the value every adapter returns for it. */
const RESULTS: readonly [string, unknown][] = [
  ["1::smallint", 1],
  ["(-2147483648)::integer", -2147483648],
  ["9007199254740991::bigint", 9007199254740991],
  ["9007199254740993::bigint", "9007199254740993"],
  ["count(*)", 1],
  ["1.50::numeric", "1.50"],
  ["0.1::real", 0.1],
  ["0.1::float8", 0.1],
  ["'NaN'::float8", NaN],
  ["true", true],
  ["false", false],
  ["NULL::integer", null],
  ["'it''s \\'::text", "it's \\"],
  ["'2026-03-29'::date", "2026-03-29"],
  ["'2026-03-29 01:30:00'::timestamp", "2026-03-29 01:30:00"],
  ["'2026-03-29 01:30:00.123456+11:00'::timestamptz", new Date("2026-03-28T14:30:00.123Z")],
  ["'0001-01-01 00:00:00Z'::timestamptz", new Date("0001-01-01T00:00:00Z")],
  ["'infinity'::timestamptz", "infinity"],
  ["interval '10:30'", "PT10H30M"],
  ["interval '-08:00'", "PT-8H"],
  ["interval '1 year 2 mons -3 days +04:05:06.789'", "P1Y2M-3DT4H5M6.789S"],
  ["interval '0'", "PT0S"],
  [`'{"a":[1,null,"x"]}'::jsonb`, { a: [1, null, "x"] }],
  [`'[1, 2]'::json`, [1, 2]],
  ["'null'::jsonb", null],
  ["'\\x00ff'::bytea", new Uint8Array([0, 255])],
  ["ARRAY['a', NULL, 'b,\"c\\']", ["a", null, 'b,"c\\']],
  ["ARRAY[[1,2],[3,4]]", [[1, 2], [3, 4]]],
  ["'[0:1]={7,8}'::int[]", [7, 8]],
  ["'{}'::text[]", []],
  ["ARRAY['2026-03-29'::date]", ["2026-03-29"]],
  ["ARRAY[9007199254740993::bigint]", ["9007199254740993"]],
  ["ARRAY['NULL', '']", ["NULL", ""]],
  ["'b6f0cd3e-7a0c-4a4e-9d58-6a4a8c6ad0a1'::uuid", "b6f0cd3e-7a0c-4a4e-9d58-6a4a8c6ad0a1"],
  ["point '(1,2)'", "(1,2)"],
];

forEachDatabase("query() returns the same value from every database", async (db) => {
  for (const [expression, expected] of RESULTS) {
    const { rows } = await db.query(`SELECT ${expression} AS value`);
    assert.deepStrictEqual(rows[0]?.value, expected, expression);
  }
}, { migrated: false });

/** A parameter, the type it is bound to, and what comes back. */
const PARAMETERS: readonly [unknown, string, unknown][] = [
  [1, "integer", 1],
  [1.5, "float8", 1.5],
  [12345678901234567890n, "numeric", "12345678901234567890"],
  ["9007199254740993", "bigint", "9007199254740993"],
  [true, "boolean", true],
  [1, "text", "1"],
  [null, "text", null],
  [undefined, "date", null],
  [new Date("2026-03-29T01:30:00.123Z"), "timestamptz", new Date("2026-03-29T01:30:00.123Z")],
  ["2026-03-29", "date", "2026-03-29"],
  ["PT-3H-30M", "interval", "PT-3H-30M"],
  [new Uint8Array([0, 39, 92, 255]), "bytea", new Uint8Array([0, 39, 92, 255])],
  [["a", null, 'q"\\,{}'], "text[]", ["a", null, 'q"\\,{}']],
  [[], "text[]", []],
  [[[1, 2], [3, 4]], "integer[]", [[1, 2], [3, 4]]],
  [{ a: ["'", null] }, "jsonb", { a: ["'", null] }],
  [JSON.stringify([1, "x"]), "jsonb", [1, "x"]],
];

forEachDatabase("query() sends the same parameter to every database", async (db) => {
  for (const [value, type, expected] of PARAMETERS) {
    const { rows } = await db.query(`SELECT $1::${type} AS value`, [value]);
    assert.deepStrictEqual(rows[0]?.value, expected, `${type} ${Deno.inspect(value)}`);
  }
  await assert.rejects(db.query("SELECT $1::text", [Symbol("no")]), TypeError);
}, { migrated: false });

forEachDatabase("query() counts the rows a statement wrote or returned", async (db) => {
  await db.exec("CREATE TEMPORARY TABLE counted (n integer PRIMARY KEY); TRUNCATE counted");
  const insert = "INSERT INTO counted SELECT n FROM generate_series(1, 3) AS n";
  assert.equal((await db.query(insert)).rowCount, 3);
  assert.equal((await db.query("UPDATE counted SET n = n + 10 WHERE n > 1")).rowCount, 2);
  assert.equal((await db.query("SELECT n FROM counted")).rowCount, 3);
  assert.equal((await db.query("DELETE FROM counted WHERE n > 10 RETURNING n")).rowCount, 2);
  assert.equal((await db.query("DELETE FROM counted WHERE n > 99")).rowCount, 0);
  await db.exec("DROP TABLE counted");
}, { migrated: false });

forEachDatabase("texts and nested arrays survive the way there and back", async (db) => {
  const storable = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
  const item = fc.option(storable, { nil: null });
  const property = fc.asyncProperty(fc.array(item), storable, async (items, text) => {
    const { rows } = await db.query("SELECT $1::text[] AS items, $2::text AS text", [items, text]);
    assert.deepStrictEqual(rows, [{ items, text }]);
  });
  await fc.assert(property, { numRuns: 50 });
}, { migrated: false });
