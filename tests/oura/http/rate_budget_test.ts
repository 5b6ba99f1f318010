/** The gate before a shared budget: it asks in portions, ahead of need, and gives back what it can. */
import assert from "node:assert/strict";
import { RateLimitedError } from "../../../lib/oura/errors.ts";
import type { Portion, Priority, RateBudget } from "../../../lib/oura/http/rate_budget.ts";
import { RateGate } from "../../../lib/oura/http/rate_gate.ts";
import { RequestLimit } from "../../../lib/oura/http/request_limit.ts";
import { client, fakeGate, pass, withOura } from "../support.ts";
import { ask, fine, status } from "./requests.ts";

interface Asked {
  readonly priority: Priority;
  readonly wanted: number;
  readonly unused: Readonly<Record<string, number>>;
}

/** A budget with so much left; it counts in slots by the number of the question. */
function budgetOf(left: number, answer: (n: number) => Partial<Portion> = () => ({})) {
  const asked: Asked[] = [];
  const givenBack: Record<string, number>[] = [];
  const closed: number[] = [];
  const budget: RateBudget = {
    reserve(priority, wanted, unused) {
      asked.push({ priority, wanted, unused: Object.fromEntries(unused) });
      const granted = Math.min(wanted, left);
      left -= granted;
      return Promise.resolve({
        granted,
        validMs: 5_000,
        slot: String(asked.length),
        left,
        retryAfterMs: granted > 0 ? 0 : 25_000,
        closedMs: 0,
        ...answer(asked.length),
      });
    },
    giveBack(unused) {
      givenBack.push(Object.fromEntries(unused));
      return Promise.resolve();
    },
    close(ms) {
      closed.push(ms);
      return Promise.resolve();
    },
  };
  return { budget, asked, givenBack, closed };
}

async function passMany(gate: RateGate, count: number, priority: Priority = "sync") {
  for (let i = 0; i < count; i++) await pass(gate, priority);
}

Deno.test("a hundred requests cost two reservations, the second before it is needed", async () => {
  const { budget, asked } = budgetOf(1_000);
  const { gate, waits } = fakeGate({ budget });
  gate.prepare("sync");
  await passMany(gate, 35);
  assert.deepEqual(asked.map(({ wanted }) => wanted), [48]);
  await pass(gate);
  assert.deepEqual(asked.map(({ wanted }) => wanted), [48, 96]);
  await passMany(gate, 64);
  assert.equal(asked.length, 2);
  assert.deepEqual(waits, []);
});

Deno.test("requests that wait for the same portion ask for it once", async () => {
  const { budget, asked } = budgetOf(1_000);
  const { gate } = fakeGate({ budget });
  await Promise.all(Array.from({ length: 24 }, () => pass(gate)));
  assert.equal(asked.length, 1);
});

Deno.test("an expired portion is not used; the next reservation gives it back", async () => {
  const { budget, asked } = budgetOf(1_000);
  let now = 0;
  const gate = new RateGate({ budget, monotonic: () => now });
  await passMany(gate, 8);
  now = 4_999;
  await pass(gate);
  assert.equal(asked.length, 1);
  now = 5_000;
  assert.equal(gate.take("sync"), false);
  await pass(gate);
  assert.deepEqual(asked[1], { priority: "sync", wanted: 48, unused: { "1": 39 } });
});

Deno.test("where nothing is left, one question is asked in ten seconds, not one by each", async () => {
  const { budget, asked } = budgetOf(0, (n) => n === 4 ? { granted: 3, retryAfterMs: 0 } : {});
  const told: number[] = [];
  const { gate, waits } = fakeGate({ budget, onWait: (ms) => told.push(ms) });
  await pass(gate);
  assert.equal(asked.length, 4);
  assert.deepEqual(waits, [10_000, 10_000, 10_000]);
  assert.deepEqual(told.slice(0, 1), [25_000], "the log hears how long it will be");
});

Deno.test("priorities draw on portions of their own", async () => {
  const { budget, asked } = budgetOf(1_000);
  const { gate } = fakeGate({ budget });
  await pass(gate, "backfill");
  await pass(gate, "document");
  assert.deepEqual(asked.map(({ priority, wanted }) => [priority, wanted]), [
    ["backfill", 48],
    ["document", 4],
  ]);
});

Deno.test("what is left at the end is given back, unless there is plenty for all", async () => {
  for (const [left, returned] of [[5_000, []], [100, [{ "1": 46 }]]] as const) {
    const { budget, givenBack } = budgetOf(left);
    {
      await using gate = new RateGate({ budget });
      await passMany(gate, 2);
    }
    assert.deepEqual(givenBack, returned);
  }
});

Deno.test("a 429 is told to all, and a wait of others is kept", async () => {
  const { budget, closed } = budgetOf(1_000, (n) => n === 1 ? { granted: 0, closedMs: 8_000 } : {});
  const { gate, waits } = fakeGate({ budget });
  await withOura((n) => n === 1 ? status(429, { "retry-after": "20" }) : fine(), async (oura) => {
    await ask(client(oura, { gate }));
    assert.deepEqual(closed, [20_000]);
    assert.deepEqual(waits, [8_000, 20_000]);
  });
});

Deno.test("a wait of others beyond the patience ends the run", async () => {
  const { budget } = budgetOf(0, () => ({ closedMs: 8_000, retryAfterMs: 8_000 }));
  const { gate } = fakeGate({ budget, patienceMs: 5_000 });
  await assert.rejects(gate.opens("sync"), RateLimitedError);
});

Deno.test("a budget that cannot be asked fails the request, also when it was asked ahead", async () => {
  const broken = new Error("no database");
  const { budget } = budgetOf(0);
  const gate = new RateGate({
    budget: {
      ...budget,
      reserve: () => Promise.reject(broken),
      close: () => Promise.reject(broken),
    },
  });
  gate.prepare("sync");
  await assert.rejects(gate.opens("sync"), broken);
  gate.closeForAll(1);
  await gate[Symbol.asyncDispose]();
});

Deno.test("requests that wait for the budget are not in flight: a document passes them", async () => {
  const { budget } = budgetOf(0, (n) => n === 1 ? {} : { granted: 1, retryAfterMs: 0 });
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  let now = 0;
  const sleep = (ms: number) => held.then(() => void (now += ms));
  const gate = new RateGate({ budget, sleep, monotonic: () => now });
  const limit = new RequestLimit(1);
  await withOura(fine, async (oura) => {
    const waiting = ask(client(oura, { gate, limit, priority: "backfill" }));
    await ask(client(oura, { gate, limit, priority: "document" }));
    assert.equal(oura.asked.length, 1);
    release();
    await waiting;
    assert.equal(oura.asked.length, 2);
  });
});

Deno.test("documents enter before what waits for a place", async () => {
  const limit = new RequestLimit(1);
  const first = await limit.enter();
  const order: string[] = [];
  const enter = async (name: string, isUrgent: boolean) => {
    const request = await limit.enter(undefined, isUrgent);
    order.push(name);
    request.end(null, 0);
  };
  const all = [enter("a", false), enter("b", false), enter("1", true), enter("2", true)];
  first.end(null, 0);
  await Promise.all(all);
  assert.deepEqual(order, ["1", "2", "a", "b"]);
});
