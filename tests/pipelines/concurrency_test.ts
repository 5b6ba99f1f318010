/** How the requests of a whole sync adapt to what Oura can take, counted by the simulator. */
import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { RateGate } from "../../lib/oura/http/rate_gate.ts";
import { RequestLimit } from "../../lib/oura/http/request_limit.ts";
import { failures, shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";
import { withPostgres } from "../support/server_database.ts";
import type { FaultRule } from "../../simulator/faults/rules.ts";

const NOW = new Date("2026-05-20T08:00:00Z");
const MINUTE = 60_000;

/** Syncs 90 days of heart rate with a gate whose waits take no time. */
async function syncSeries(faults: readonly FaultRule[], limit: RequestLimit) {
  let seen = { concurrent: 0, requests: 0 };
  await withPostgres("oura", async (db) => {
    await migrate(db);
    await withSimulator({ users: 1, days: 90, now: NOW }, async ({ simulator, ...served }) => {
      for (const rule of faults) simulator.faults.add(rule);
      let clock = 0;
      const gate = new RateGate({
        monotonic: () => clock,
        sleep: (ms) => {
          clock += ms;
          return Promise.resolve();
        },
        patienceMs: 60 * MINUTE,
      });
      const report = await syncWearer(
        { simulator, ...served },
        db,
        simulator.world.wearers[0]!.id,
        {
          pipeline: shippedPipeline(db.schema, 90),
          types: ["heart_rate"],
          request: { limit, gate },
        },
      );
      assert.deepEqual(failures(report), []);
      assert.equal(report.exitCode, 0);
      const { concurrent, requests } = simulator.stats;
      seen = { concurrent, requests };
    });
  });
  return seen;
}

const slow: FaultRule = { kind: "latency", delayMs: 20 };

Deno.test("a first sync asks for more at once while Oura answers well", async () => {
  const limit = new RequestLimit();
  const first = limit.current;
  const { concurrent } = await syncSeries([slow], limit);
  assert.ok(concurrent > first, `${concurrent} at once`);
  assert.ok(concurrent <= limit.most, `${concurrent} at once`);
});

const STORMS: [string, FaultRule][] = [
  ["429", { kind: "rateLimit", seconds: 1, probability: 0.2 }],
  ["5xx", { kind: "status", status: 503, probability: 0.2 }],
];
for (const [name, storm] of STORMS) {
  Deno.test(`a storm of ${name} makes a sync ask for less at once, and it finishes`, async () => {
    const limit = new RequestLimit();
    const { concurrent } = await syncSeries([storm, slow], limit);
    assert.ok(limit.current < limit.most, `${limit.current} at the end`);
    assert.ok(concurrent < limit.most, `${concurrent} at once`);
  });
}

Deno.test("a fixed concurrency is what the simulator sees", async () => {
  assert.equal((await syncSeries([slow], new RequestLimit(3))).concurrent, 3);
});
