/** The laws of the fleet simulation, and that docs/scaling.md shows its results. */
import assert from "node:assert/strict";
import { RHYTHMS, runAtOnce, runCase } from "../../bench/fleet.ts";
import { CEILINGS, LIMIT, WINDOW } from "../../bench/fleet_budget.ts";
import RESULTS from "../../bench/fleet_results.json" with { type: "json" };
import { type Fleet, simulateFleet } from "../../bench/fleet_simulation.ts";

const HOUR = 3_600;
const FLEET: Fleet = {
  wearers: 3_000,
  workers: 2,
  syncEvery: HOUR,
  webhooks: true,
  backfill: true,
  horizon: 12 * HOUR,
  requests: { document: 1, sync: 29, backfill: 146 },
  seed: 7,
};

/** The most requests in any five minutes. */
function mostInWindow(granted: Uint16Array): number {
  let inWindow = 0;
  let most = 0;
  for (const [second, count] of granted.entries()) {
    inWindow += count - (granted[second - WINDOW] ?? 0);
    most = Math.max(most, inWindow);
  }
  return most;
}

Deno.test("a fleet that needs more than the limit spends the budget, and never exceeds it", () => {
  for (const workers of [1, 2, 8]) {
    const { granted, use } = simulateFleet({ ...FLEET, workers });
    const most = mostInWindow(granted);
    assert.ok(most <= LIMIT, `${most} requests in 5 minutes`);
    assert.ok(use > 0.85, `${use} of the budget was used`);
  }
});

Deno.test("backfills alone leave room for what comes before them", () => {
  const fleet = { ...FLEET, webhooks: false, syncEvery: null };
  const most = mostInWindow(simulateFleet(fleet).granted);
  assert.ok(most <= CEILINGS.backfill && most > 0.9 * CEILINGS.backfill, `${most}`);
  const { waits } = simulateFleet({ ...FLEET, wearers: 1_500, syncEvery: null });
  assert.ok(waits.backfill.done > 0);
  assert.ok(waits.document.max < 30, `a document waited ${waits.document.max} s`);
});

Deno.test("documents come before syncs, and syncs before backfills", () => {
  const { waits } = simulateFleet({ ...FLEET, wearers: 1_500 });
  assert.ok(waits.document.done > 5_000);
  assert.equal(waits.document.done, waits.document.due);
  assert.ok(waits.document.p95 < waits.sync.p95);
  assert.ok(waits.sync.p95 < waits.backfill.p95);
});

Deno.test("no wearer is left behind: their numbers of syncs differ by one at most", () => {
  const { syncsOf, waits } = simulateFleet({ ...FLEET, webhooks: false, backfill: false });
  assert.ok(waits.sync.done < waits.sync.due, "the fleet must need more than the limit");
  assert.ok(Math.max(...syncsOf) - Math.min(...syncsOf) <= 1);
});

Deno.test("no wearer waits more than twice the median while a fleet is behind", () => {
  const { waits } = simulateFleet({
    ...FLEET,
    wearers: 10_000,
    webhooks: false,
    backfill: false,
    horizon: 48 * HOUR,
  });
  assert.ok(waits.sync.max <= 2 * waits.sync.p50, `${waits.sync.max}, ${waits.sync.p50}`);
});

Deno.test("wearers who are all due at once are served at one pace, so that the last waits twice the median", () => {
  const { requests, sync } = runAtOnce(1_000);
  assert.ok(sync.max <= 2 * sync.p50, `${sync.max}, ${sync.p50}`);
  // Of the budget, syncs get 96 %, and a request counts for 32 of 30 slots.
  const pace = LIMIT * 0.96 / (WINDOW * 32 / 30);
  assert.ok(Math.abs(sync.max - requests / pace) < 0.05 * sync.max, `${sync.max}`);
});

Deno.test("an empty fleet makes no request and waits for nothing", () => {
  const { granted, use, waits, backfilledAt } = simulateFleet({ ...FLEET, wearers: 0 });
  assert.equal(granted.some((count) => count > 0), false);
  assert.deepEqual([use, backfilledAt], [0, null]);
  const none = { due: 0, done: 0, p50: 0, p95: 0, max: 0 };
  assert.deepEqual(waits, { document: none, sync: none, backfill: none });
});

Deno.test("the same seed gives the same fleet, another one another", () => {
  assert.deepEqual(simulateFleet(FLEET), simulateFleet(FLEET));
  assert.notDeepEqual(simulateFleet(FLEET).granted, simulateFleet({ ...FLEET, seed: 8 }).granted);
});

Deno.test("the results are those of the simulation: run bench/fleet.ts", () => {
  const small = RESULTS.cases.filter(({ wearers }) => wearers === 1_000);
  assert.deepEqual(RHYTHMS.map((rhythm) => runCase(1_000, rhythm)), small);
  assert.deepEqual(runAtOnce(1_000), RESULTS.atOnce[0]);
});
