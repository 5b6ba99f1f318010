import assert from "node:assert/strict";
import { RateLimitedError } from "../../../lib/oura/errors.ts";
import { RateGate } from "../../../lib/oura/http/rate_gate.ts";
import { fakeGate, pass } from "../support.ts";

Deno.test("RateGate lets everything through until it is closed, and again afterwards", async () => {
  const { gate, waits } = fakeGate();
  await pass(gate);
  assert.deepEqual(waits, []);
  gate.close(10_000);
  await pass(gate);
  await pass(gate);
  assert.deepEqual(waits, [10_000]);
});

Deno.test("RateGate keeps the longer of two waits", async () => {
  const { gate, waits } = fakeGate();
  gate.close(10_000);
  gate.close(2_000);
  await pass(gate);
  assert.deepEqual(waits, [10_000]);
});

Deno.test("RateGate waits on when it is closed again meanwhile", async () => {
  let now = 0;
  const waits: number[] = [];
  const gate = new RateGate({
    monotonic: () => now,
    sleep: (ms) => {
      waits.push(ms);
      now += ms;
      if (waits.length === 1) gate.close(7_000);
      return Promise.resolve();
    },
  });
  gate.close(1_000);
  await pass(gate);
  assert.deepEqual(waits, [1_000, 7_000]);
});

Deno.test("RateGate refuses to wait beyond its patience, and stays open", async () => {
  const { gate, waits } = fakeGate({ patienceMs: 5_000 });
  assert.throws(() => gate.close(5_001), RateLimitedError);
  gate.close(5_000);
  await pass(gate);
  assert.deepEqual(waits, [5_000]);
});

Deno.test("RateGate tells of every wait", async () => {
  const told: number[] = [];
  const { gate } = fakeGate({ onWait: (ms) => told.push(ms) });
  gate.close(3_000);
  await pass(gate);
  assert.deepEqual(told, [3_000]);
});
