import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonbText } from "../../lib/db/driver/text/jsonb_text.ts";
import { isStorableJson } from "../../lib/values/pg_limits.ts";
import { withPostgres } from "../support/server_database.ts";

/** Texts in several forms, lengths and alphabets, which decide the order of names. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ unit: fc.constantFrom("a", "B", "é", "💍", '"', "\\", "\t", "\u001f", "\u007f") }),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(text, tie("any"), { maxKeys: 6 }),
  ),
})).any;

Deno.test("jsonbText() writes what PostgreSQL writes, or says that it cannot", async () => {
  const values = fc.sample(value, 2_000)
    // As it comes from Oura: parsed from text.
    .map((each) => JSON.parse(JSON.stringify(each)) as unknown)
    .filter((each) => isStorableJson(each, JSON.stringify(each)));
  await withPostgres("oura", async (db) => {
    const { rows } = await db.query<{ text: string }>(
      "SELECT j::jsonb::text AS text FROM unnest($1::text[]) WITH ORDINALITY AS v(j, n) ORDER BY n",
      [values.map((each) => JSON.stringify(each))],
    );
    let told = 0;
    for (const [i, each] of values.entries()) {
      const written = jsonbText(each);
      if (written === null) continue;
      told++;
      assert.equal(written, rows[i]!.text);
    }
    assert.ok(told > values.length / 2, `${told} of ${values.length} could be told`);
  });
});

Deno.test("jsonbText() does not guess a number that JavaScript writes with an exponent", () => {
  for (const number of [1e21, 1e-7, -2.5e300]) {
    assert.equal(jsonbText(number), null);
    assert.equal(jsonbText({ a: [number] }), null);
  }
  assert.equal(jsonbText(1e20), "100000000000000000000");
});
