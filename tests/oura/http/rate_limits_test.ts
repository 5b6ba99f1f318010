/** 429, and other answers that name a pause. */
import assert from "node:assert/strict";
import { OuraUnavailableError } from "../../../lib/errors.ts";
import { RateLimitedError } from "../../../lib/oura/errors.ts";
import { client, fakeGate, STRICT, withOura } from "../support.ts";
import { ask, failure, fine, status } from "./requests.ts";

Deno.test(
  "getJson() waits as long as a 429 asks, and does not count it as a retry",
  STRICT,
  async () => {
    const { gate, waits } = fakeGate();
    const storm = 7;
    await withOura(
      (n) => n <= storm ? status(429, { "retry-after": "30" }) : fine(),
      async (oura) => {
        assert.deepEqual(await ask(client(oura, { gate, retries: 0 })), { data: [] });
        assert.deepEqual(waits, Array(storm).fill(30_000));
      },
    );
  },
);

Deno.test("getJson() does not wait beyond its patience", STRICT, async () => {
  const { gate, waits } = fakeGate({ patienceMs: 60_000 });
  await withOura(() => status(429, { "retry-after": "61" }), async (oura) => {
    const error = await failure(ask(client(oura, { gate })));
    assert.ok(error instanceof RateLimitedError);
    assert.match(error.message, /another 61 s; this run waits at most 60 s/);
    assert.deepEqual(waits, []);
    assert.equal(oura.asked.length, 1);
  });
});

Deno.test("getJson() ends a storm of short waits when patience is used up", STRICT, async () => {
  const { gate } = fakeGate({ patienceMs: 60_000 });
  await withOura(() => status(429, { "retry-after": "7" }), async (oura) => {
    assert.ok(await failure(ask(client(oura, { gate }))) instanceof RateLimitedError);
    assert.ok(oura.asked.length >= 8 && oura.asked.length <= 10, `${oura.asked.length} requests`);
  });
});

Deno.test("a 429 after the last retry is still waited for", STRICT, async () => {
  const { gate, waits } = fakeGate();
  await withOura((n) => n < 3 ? status(503) : n === 3 ? status(429) : fine(), async (oura) => {
    assert.deepEqual(await ask(client(oura, { gate })), { data: [] });
    assert.deepEqual(waits, [5_000]);
  });
});

Deno.test("a 429 that asks for no wait does not make us hammer Oura", STRICT, async () => {
  const { gate, waits } = fakeGate();
  await withOura((n) => n < 4 ? status(429, { "retry-after": "0" }) : fine(), async (oura) => {
    await ask(client(oura, { gate }));
    assert.deepEqual(waits, [1_000, 1_000, 1_000]);
  });
});

Deno.test("one 429 holds every request of the gate back", STRICT, async () => {
  const { gate, waits } = fakeGate();
  await withOura((n) => n === 1 ? status(429, { "retry-after": "20" }) : fine(), async (oura) => {
    const [first, second] = [client(oura, { gate }), client(oura, { gate })];
    gate.close(10_000);
    await Promise.all([ask(first), ask(second), ask(second)]);
    assert.ok(waits.includes(10_000));
    assert.equal(oura.asked.length, 4);
  });
});

Deno.test("a 503 that names a pause holds every request back so long", STRICT, async () => {
  const { gate, waits } = fakeGate();
  await withOura((n) => n === 1 ? status(503, { "retry-after": "2.5" }) : fine(), async (oura) => {
    await ask(client(oura, { gate }));
    assert.equal(oura.asked.length, 2);
    assert.deepEqual(waits, [2_500]);
  });
});

Deno.test("a 503 that names a pause beyond the patience is not asked again", STRICT, async () => {
  const { gate, waits } = fakeGate({ patienceMs: 10_000 });
  await withOura(() => status(503, { "retry-after": "11" }), async (oura) => {
    const error = await failure(ask(client(oura, { gate })));
    assert.equal((error as OuraUnavailableError).code, "OURA_SERVER_ERROR");
    assert.equal(oura.asked.length, 1);
    assert.deepEqual(waits, []);
  });
});
