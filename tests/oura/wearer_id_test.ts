import assert from "node:assert/strict";
import { wearerIdOf } from "../../lib/oura/wearer_id.ts";

Deno.test("wearerIdOf() takes an id that can lead a key, and nothing else", () => {
  assert.equal(wearerIdOf({ id: "a-1", age: 40 }), "a-1");
  const useless = ["", 7, null, ["a"], "x".repeat(257), "a\0b", "half \ud800", "a\nb", "\x1b[31m"];
  for (const id of useless) assert.equal(wearerIdOf({ id }), null, JSON.stringify(id));
  for (const answer of [null, undefined, "a-1", [], {}]) assert.equal(wearerIdOf(answer), null);
});
