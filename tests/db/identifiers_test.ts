import assert from "node:assert/strict";
import fc from "fast-check";
import { inSchema, quoteIdentifier, quoteLiteral } from "../../lib/db/driver/identifiers.ts";
import { forEachDatabase } from "../support/databases.ts";

Deno.test("inSchema() points names at the schema and leaves everything in quotes alone", () => {
  const cases: readonly [string, string][] = [
    ["SELECT * FROM oura.sleep", `SELECT * FROM "lab".sleep`],
    ["JOIN oura.a ON oura.a.id=oura.b.id", `JOIN "lab".a ON "lab".a.id="lab".b.id`],
    [`(oura."timestamp")`, `("lab"."timestamp")`],
    ["SELECT 'oura.sleep', oura.f('it''s oura.x')", `SELECT 'oura.sleep', "lab".f('it''s oura.x')`],
    [String.raw`SELECT E'\'oura.x', oura.y`, String.raw`SELECT E'\'oura.x', "lab".y`],
    ["SELECT 'back\\', oura.y", `SELECT 'back\\', "lab".y`],
    [`SELECT "oura.x", "a""oura.y"`, `SELECT "oura.x", "a""oura.y"`],
    ["-- oura.x it's\nSELECT oura.y", `-- oura.x it's\nSELECT "lab".y`],
    ["/* oura.x ' */ SELECT oura.y", `/* oura.x ' */ SELECT "lab".y`],
    ["DO $$ oura.x $$; oura.y", `DO $$ oura.x $$; "lab".y`],
    ["$a$ oura.x $$ ' $a$ oura.y", `$a$ oura.x $$ ' $a$ "lab".y`],
    ["oura.f($1, $2) oura.g", `"lab".f($1, $2) oura.g`.replace(" oura.g", ` "lab".g`)],
    ["my_oura.x, x.oura.y, $oura.z, ourax.y", "my_oura.x, x.oura.y, $oura.z, ourax.y"],
  ];
  for (const [sql, expected] of cases) assert.equal(inSchema(sql, "lab"), expected);
  assert.equal(inSchema("oura.x", 'a"b'), `"a""b".x`);
  assert.equal(inSchema("oura.x", "other"), `"other".x`);
});

Deno.test("quoteIdentifier() refuses names PostgreSQL would cut off or cannot hold", () => {
  assert.equal(quoteIdentifier("é".repeat(31)), `"${"é".repeat(31)}"`);
  for (const name of ["", "a\0b", "é".repeat(32)]) {
    assert.throws(() => quoteIdentifier(name), RangeError);
  }
});

forEachDatabase("any name and any text are quoted so that they stay what they are", async (db) => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 15 })
    .map((value) => value.replaceAll("\0", "x"));
  const property = fc.asyncProperty(text, text, async (name, value) => {
    const sql = `SELECT ${quoteLiteral(value)} AS ${quoteIdentifier(name)}`;
    assert.deepStrictEqual((await db.query(sql)).rows, [{ [name]: value }]);
  });
  await fc.assert(property, {
    numRuns: 50,
    examples: [[`"; DROP TABLE x; --`.slice(0, 15), `'); --`], ["a'b", "\\'"]],
  });
}, { migrated: false });
