import assert from "node:assert/strict";
import { RateLimitedError } from "../../lib/oura/errors.ts";
import { RateGate, waitAskedFor } from "../../lib/oura/rate_gate.ts";
import { fakeGate } from "./support.ts";

const NOW = Date.UTC(2026, 4, 1, 12);
const utc = (ms: number) => new Date(ms).toUTCString();
const seconds = (ms: number) => String(Math.floor(ms / 1000));

Deno.test("waitAskedFor() reads every way a 429 names its wait", () => {
  const cases: [string, Record<string, string>, number][] = [
    ["seconds", { "retry-after": "30" }, 30_000],
    ["a date", { "retry-after": utc(NOW + 90_000) }, 90_000],
    ["a reset time", { "x-ratelimit-reset": seconds(NOW + 45_000) }, 45_000],
    ["both: Retry-After counts", {
      "retry-after": "10",
      "x-ratelimit-reset": seconds(NOW + 999_000),
    }, 10_000],
    ["nothing", {}, 5_000],
    ["nonsense", { "retry-after": "soon", "x-ratelimit-reset": "never" }, 5_000],
    ["nonsense beside a reset time", {
      "retry-after": "soon",
      "x-ratelimit-reset": seconds(NOW + 45_000),
    }, 45_000],
    ["zero", { "retry-after": "0" }, 1_000],
    ["a date gone by", { "retry-after": utc(NOW - 90_000) }, 1_000],
    ["a reset time gone by", { "x-ratelimit-reset": seconds(NOW - 1_000) }, 1_000],
  ];
  for (const [name, headers, wait] of cases) {
    assert.equal(waitAskedFor(new Headers(headers), NOW), wait, name);
  }
});

Deno.test("waitAskedFor() judges times by the answer's own clock", () => {
  const wrongLocal = NOW + 3_600_000;
  const headers = new Headers({ date: utc(NOW), "retry-after": utc(NOW + 60_000) });
  assert.equal(waitAskedFor(headers, wrongLocal), 60_000);
});

Deno.test("RateGate lets everything through until it is closed, and again afterwards", async () => {
  const { gate, waits } = fakeGate();
  await gate.pass();
  assert.deepEqual(waits, []);
  gate.close(10_000);
  await gate.pass();
  await gate.pass();
  assert.deepEqual(waits, [10_000]);
});

Deno.test("RateGate keeps the longer of two waits", async () => {
  const { gate, waits } = fakeGate();
  gate.close(10_000);
  gate.close(2_000);
  await gate.pass();
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
  await gate.pass();
  assert.deepEqual(waits, [1_000, 7_000]);
});

Deno.test("RateGate refuses to wait beyond its patience, and stays open", async () => {
  const { gate, waits } = fakeGate({ patienceMs: 5_000 });
  assert.throws(() => gate.close(5_001), RateLimitedError);
  gate.close(5_000);
  await gate.pass();
  assert.deepEqual(waits, [5_000]);
});

Deno.test("RateGate tells of every wait", async () => {
  const told: number[] = [];
  const { gate } = fakeGate({ onWait: (ms) => told.push(ms) });
  gate.close(3_000);
  await gate.pass();
  assert.deepEqual(told, [3_000]);
});
