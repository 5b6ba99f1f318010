import assert from "node:assert/strict";
import { createKeyReader } from "../../pipelines/stages/key.ts";
import { typeFrom } from "./support.ts";

const keyOfMeal = createKeyReader(typeFrom("meal", [
  "endpoint: /v2/usercollection/meal",
  "window: { by: date }",
  "key: [at, kind]",
  "columns: { kind: { path: kind, type: text } }",
]));

Deno.test("a key of several parts is one text, and other parts are another", () => {
  assert.equal(keyOfMeal({ at: "noon", kind: 3 }), "noon:3");
  const documents = [
    { at: "a:b", kind: "c" },
    { at: "a", kind: "b:c" },
    { at: "a\\", kind: "b:c" },
    { at: "a\\:b", kind: "c" },
    { at: "a:b\\", kind: "c" },
  ];
  assert.equal(new Set(documents.map(keyOfMeal)).size, documents.length);
  assert.equal(keyOfMeal({ at: "a:b" }), null);
});

Deno.test("a key of one part stays as Oura sent it", () => {
  assert.equal(createKeyReader(typeFrom("sleep"))({ id: "a:b" }), "a:b");
});
