import assert from "node:assert/strict";
import { fitsBytes, isShallow } from "../../lib/values/pg_limits.ts";

/** A value inside so many lists and objects by turns. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { 1: value };
  return value;
}

Deno.test("isShallow() takes five hundred levels and not one more", () => {
  assert.equal(isShallow(nested(500)), true);
  assert.equal(isShallow(nested(501)), false);
  assert.equal(isShallow({ a: null, b: [1, "x", null], c: { d: nested(498) } }), true);
  assert.equal(isShallow({ a: null, b: [1, "x", null], c: { d: nested(499) } }), false);
});

Deno.test("isShallow() answers to what would break a stack", () => {
  const text = (open: string, close: string) => open.repeat(200_000) + close.repeat(200_000);
  assert.equal(isShallow(JSON.parse(text("[", "]"))), false);
  assert.equal(isShallow(JSON.parse(text('{"1":[', "]}"))), false);
});

Deno.test("fitsBytes() counts bytes of UTF-8, not characters", () => {
  assert.equal(fitsBytes("a".repeat(10), 10), true);
  assert.equal(fitsBytes("a".repeat(11), 10), false);
  assert.equal(fitsBytes("ä".repeat(5), 10), true);
  assert.equal(fitsBytes("ä".repeat(6), 10), false);
  assert.equal(fitsBytes("💍💍", 8), true);
  assert.equal(fitsBytes("💍💍", 7), false);
});
