/** Days of a cron job that no person watches, at a simulated Oura with faults, late data and edits. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import type { FaultRule } from "../../simulator/mod.ts";
import { Random } from "../../simulator/world/random.ts";
import {
  assertMirrors,
  failures,
  servedTypes,
  shippedPipeline,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";
import { SOAK } from "../support/soak.ts";
import { withPooledPostgres } from "./support/pooled.ts";
import { assertHonest, runRecords } from "./support/outcome.ts";

const SEED = 20260316;
/** A month takes minutes; ten days meet every kind of fault, late data and edits. */
const DAYS = SOAK ? 30 : 10;
const INITIAL_DAYS = 8;
/** Hourly takes minutes; twice a day meets the same faults, edits and late data. */
const HOURS_BETWEEN = SOAK ? 1 : 12;

/** What may be wrong during one run; nothing most of the time. */
function problemOf(random: Random): FaultRule[] {
  if (random.chance(0.5)) return [];
  const probability = random.between(0.05, 0.6);
  return [random.pick<FaultRule>([
    { kind: "cut", probability },
    { kind: "truncate", probability },
    { kind: "status", probability },
    { kind: "status", status: 500, body: "empty", after: random.int(0, 30) },
    { kind: "repeatToken", match: "heartrate" },
    { kind: "malform", field: "score", value: "high", match: "daily_(sleep|readiness)\\b" },
    { kind: "rateLimit", seconds: 86_400, after: random.int(0, 30) },
  ])];
}

Deno.test(
  `${DAYS} days of cron, every ${HOURS_BETWEEN}h, under random faults: the tables equal Oura's truth, and the records add up`,
  { sanitizeOps: true, sanitizeResources: true },
  () =>
    withPooledPostgres(async (db) => {
      const random = new Random(SEED);
      const world = {
        users: [{ id: "east", zone: "+13:00" }],
        days: INITIAL_DAYS,
        now: "2026-03-01T05:10:00Z",
      };
      await withSimulator(world, async (oura) => {
        const pipeline = shippedPipeline(db.schema, INITIAL_DAYS);
        const reports: SyncReport[] = [];
        const met = new Set<string>();
        const run = async () => {
          const report = await syncWearer(oura, db, "east", { pipeline, request: { retries: 2 } });
          reports.push(report);
          return report;
        };
        for (let hour = 0; hour < DAYS * 24; hour += HOURS_BETWEEN) {
          for (const rule of problemOf(random)) {
            oura.simulator.faults.add(rule);
            met.add(rule.kind);
          }
          const { exitCode } = await run();
          oura.simulator.faults.clear();
          const quietNoon = exitCode === 0 && hour % 24 === 12;
          if (quietNoon) await assertHonest(db, oura.world, "east", `seed ${SEED}, hour ${hour}`);
          oura.world.advance(`PT${HOURS_BETWEEN}H`);
          // The limit is kept by the real clock, to which the hours of this world are nothing.
          oura.simulator.rateLimit.reset();
        }
        const last = await run();
        assert.deepEqual(failures(last), [], `seed ${SEED}`);
        await assertMirrors(db, oura.world, "east", DAYS + INITIAL_DAYS - 1);
        await assertRecordsAddUp(db, reports);
        assert.ok(
          reports.filter(({ exitCode }) => exitCode !== 0).length > reports.length / 8,
          "there was trouble",
        );
        assert.equal(met.size, 6, `the seed has only ${[...met].join()}`);
      });
    }),
);

/** Every run has its record, and what the records say was inserted is what the tables hold. */
async function assertRecordsAddUp(db: Database, reports: readonly SyncReport[]): Promise<void> {
  const records = await runRecords(db);
  assert.deepEqual(
    records.map(({ exit_code }) => exit_code),
    reports.map(({ exitCode }) => exitCode),
  );
  for (const { name } of servedTypes(shippedPipeline())) {
    const { rows: [sum] } = await db.query(
      `SELECT count(*)::int AS rows,
        (SELECT sum(rows_inserted)::int FROM oura.sync_run_types WHERE data_type = $1) AS inserted
      FROM oura.${name}`,
      [name],
    );
    assert.equal(sum!.inserted, sum!.rows, `${name}: rows inserted by all runs`);
  }
}
