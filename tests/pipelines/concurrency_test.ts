/** How the requests of a whole sync adapt to what Oura can take, counted by the simulator. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { RateGate } from "../../lib/oura/http/rate_gate.ts";
import { RequestLimit } from "../../lib/oura/http/request_limit.ts";
import { failures, shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";
import { withPostgres } from "../support/server_database.ts";
import type { FaultRule } from "../../simulator/faults/rules.ts";

const NOW = new Date("2026-05-20T08:00:00Z");
const MINUTE = 60_000;

/** What differs from a server that answers everything. */
interface Conditions {
  readonly faults: readonly FaultRule[];
  readonly limit: RequestLimit;
  /** So many that the limit has time to adapt. @default 50 */
  readonly days?: number;
}

/** Syncs days of heart rate with a gate whose waits take no time. */
async function syncSeries({ faults, limit, days = 50 }: Conditions) {
  let seen = { concurrent: 0 };
  await withPostgres("oura", async (db) => {
    let clock = 0;
    const options = { users: 1, days, now: NOW, clock: () => clock };
    await withSimulator(options, async ({ simulator, ...served }) => {
      for (const rule of faults) simulator.faults.add(rule);
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
          pipeline: shippedPipeline(db.schema, days),
          types: ["heart_rate"],
          request: { limit, gate, backoffMs: 1 },
        },
      );
      assert.deepEqual(failures(report), []);
      assert.equal(report.exitCode, 0);
      seen = { concurrent: simulator.stats.concurrent };
    });
  }, { applied: true });
  return seen;
}

const slow: FaultRule = { kind: "latency", delayMs: 20 };
/** So slow that, however busy the machine is, requests are what is waited for. */
const slower: FaultRule = { kind: "latency", delayMs: 300 };

Deno.test("a first sync asks for more at once while Oura answers well", async () => {
  const limit = new RequestLimit();
  const first = limit.current;
  const { concurrent } = await syncSeries({ faults: [slower], limit, days: 90 });
  assert.ok(concurrent > first, `${concurrent} at once`);
  assert.ok(concurrent <= limit.most, `${concurrent} at once`);
});

const STORMS: [string, FaultRule][] = [
  ["429", { kind: "rateLimit", seconds: 1, probability: 0.2 }],
  ["5xx", { kind: "status", status: 503, probability: 0.2 }],
  ["cut connections", { kind: "cut", probability: 0.2 }],
  ["half answers", { kind: "truncate", probability: 0.2 }],
];
for (const [name, storm] of STORMS) {
  Deno.test(`a storm of ${name} makes a sync ask for less at once, and it finishes`, async () => {
    const limit = new RequestLimit();
    const first = limit.current;
    const { concurrent } = await syncSeries({ faults: [storm, slow], limit });
    assert.ok(limit.current < first, `${limit.current} at the end`);
    assert.ok(concurrent < limit.most, `${concurrent} at once`);
  });
}

Deno.test("after a burst of 5xx a sync asks for more at once again", async () => {
  const limit = new RequestLimit();
  // So few that no request meets one in each of its six attempts: windows begin one after the other,
  // so that the first requests meet all of them.
  const burst: FaultRule = { kind: "status", status: 503, times: 10 };
  let least = limit.current;
  using _watch = limit.watch(() => least = Math.min(least, limit.current));
  await syncSeries({ faults: [burst, slow], limit });
  assert.ok(least <= limit.most / 4, `${least} at the least`);
  assert.ok(limit.current > least, `${limit.current} at the end, ${least} at the least`);
});

Deno.test("a fixed concurrency is what the simulator sees", async () => {
  const limit = new RequestLimit(3);
  assert.equal((await syncSeries({ faults: [slow], limit, days: 30 })).concurrent, 3);
});

/** The database with one place for loads, which wait until they are let in. */
function heldDatabase(db: Database, letIn: Promise<void>): Database {
  const held = {
    parallelism: 1,
    copyIn: async (...args: Parameters<NonNullable<Database["copyIn"]>>) => {
      await letIn;
      return await db.copyIn!(...args);
    },
  };
  return new Proxy(db, {
    get(_, name) {
      if (Object.hasOwn(held, name)) return Reflect.get(held, name);
      const value = Reflect.get(db, name);
      return typeof value === "function" ? value.bind(db) : value;
    },
  });
}

Deno.test("no further window begins while every place of a load is taken", async () => {
  const limit = new RequestLimit(40);
  const days = 90;
  const letIn = Promise.withResolvers<void>();
  await withPostgres("oura", async (db) => {
    await withSimulator({ users: 1, days, now: NOW }, async (served) => {
      const { simulator } = served;
      const begun = () => new Set(simulator.stats.seen.flatMap(({ query }) => startOf(query))).size;
      const report = syncWearer(
        served,
        heldDatabase(db, letIn.promise),
        simulator.world.wearers[0]!.id,
        { pipeline: shippedPipeline(db.schema, days), types: ["heart_rate"], request: { limit } },
      );
      await untilQuiet(() => simulator.stats.requests);
      const whileHeld = begun();
      letIn.resolve();
      assert.deepEqual(failures(await report), []);
      assert.ok(whileHeld < 20, `${whileHeld} windows were begun while one was being loaded`);
      assert.ok(begun() > 30, `${begun()} windows in all`);
    });
  }, { applied: true });
});

/** Waits until a number above zero stays the same for a while. */
async function untilQuiet(count: () => number): Promise<void> {
  for (let before = 0; before === 0 || before !== count();) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Where the window of a request begins; nothing for requests of other kinds. */
function startOf(query: string): string[] {
  return new URLSearchParams(query).getAll("start_datetime");
}
