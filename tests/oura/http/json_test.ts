import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson } from "../../../lib/oura/http/json.ts";

Deno.test("parseJson() keeps the digits of numbers JavaScript would round", () => {
  assert.deepEqual(parseJson('{"id":"a","n":9007199254740993,"list":[-12345678901234567890]}'), {
    id: "a",
    n: "9007199254740993",
    list: ["-12345678901234567890"],
  });
});

Deno.test("parseJson() finds a long number wherever it stands", () => {
  for (let before = 0; before < 40; before++) {
    const text = `{"${"x".repeat(before)}":9007199254740993}`;
    assert.deepEqual(Object.values(parseJson(text) as object), ["9007199254740993"], text);
  }
});

Deno.test("parseJson() leaves exact whole numbers, fractions and texts as they are", () => {
  const text =
    '[9007199254740991,-9007199254740991,0.30000000000000004,1e300,"12345678901234567890"]';
  assert.deepEqual(parseJson(text), JSON.parse(text));
});

Deno.test("parseJson() reads everything else as JSON.parse() does", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    if (!/\d{16}/.test(text)) assert.deepEqual(parseJson(text), JSON.parse(text));
  }));
  assert.throws(() => parseJson('{"n":12345678901234567890'), SyntaxError);
});
