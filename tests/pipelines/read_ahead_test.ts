import assert from "node:assert/strict";
import { readAhead } from "../../lib/process/read_ahead.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

/** Lets everything that is ready happen, unhandled rejections included. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test(
  "readAhead() yields everything in order, one item ahead of its consumer",
  STRICT,
  async () => {
    const begun: number[] = [];
    async function* source() {
      for (let i = 1; i <= 4; i++) {
        begun.push(i);
        yield await Promise.resolve(i);
      }
    }
    const seen: number[] = [];
    for await (const item of readAhead(source())) {
      await turn();
      seen.push(item);
      assert.deepEqual(begun.at(-1), Math.min(4, item + 1));
    }
    assert.deepEqual(seen, [1, 2, 3, 4]);
  },
);

Deno.test(
  "readAhead() keeps a failure until the consumer has done with the item before",
  STRICT,
  async () => {
    async function* source() {
      yield 1;
      await Promise.resolve();
      throw new Error("cut off");
    }
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const item of readAhead(source())) {
        seen.push(item);
        await turn();
      }
    }, /cut off/);
    assert.deepEqual(seen, [1]);
  },
);

Deno.test("readAhead() ends its source when the consumer stops early", STRICT, async () => {
  let ended = false;
  async function* source() {
    try {
      for (let i = 0;; i++) yield await Promise.resolve(i);
    } finally {
      ended = true;
    }
  }
  for await (const item of readAhead(source())) if (item === 2) break;
  assert.ok(ended);
});

Deno.test("readAhead() calls off what is under way when the consumer fails", STRICT, async () => {
  const stop = new AbortController();
  let calledOff = false;
  async function* source() {
    yield 1;
    // A wait that ends only by being called off.
    await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
    calledOff = true;
  }
  await assert.rejects(async () => {
    for await (const item of readAhead(source(), stop)) throw new Error(`no room for ${item}`);
  }, /no room for 1/);
  assert.ok(calledOff);
});
