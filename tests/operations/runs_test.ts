import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import type { Life } from "../../lib/process/process_lock.ts";
import { RateGate } from "../../lib/oura/http/rate_gate.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { onServerFirst } from "../support/server_first.ts";
import { shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";

const NOW = "2026-03-29T09:40:00Z";
const USERS = { users: [{ id: "one", zone: "UTC" }], days: 20, now: NOW };

async function openRun(db: Database, holder: string, startedAt: string): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO oura.sync_runs (user_id, command, holder, started_at)
      VALUES ('one', 'sync', $1, now() - $2::text::interval) RETURNING id`,
    [holder, startedAt],
  );
  return rows[0]!.id;
}

async function stateOf(db: Database, id: number) {
  const sql = "SELECT state, error_code FROM oura.sync_runs WHERE id = $1";
  return (await db.query(sql, [id])).rows[0];
}

onServerFirst(
  "a run that was killed is closed by the next one, a live one is not",
  async (db) => {
    await withSimulator(USERS, async (oura) => {
      const dead = await openRun(db, "dead", "1 second");
      const alive = await openRun(db, "alive", "1 day");
      const silent = await openRun(db, "silent", "1 day");
      const young = await openRun(db, "young", "1 second");
      const lives: Record<string, Life> = { dead: "dead", alive: "alive" };
      const lifeOf = (holder: string) => Promise.resolve<Life>(lives[holder] ?? "unknown");
      const pipeline = shippedPipeline(db.schema, 3);
      await syncWearer(oura, db, "one", {
        pipeline,
        types: ["daily_sleep"],
        lease: { holder: "me", lifeOf },
      });
      const killed = { state: "failed", error_code: "INTERRUPTED" };
      const running = { state: "running", error_code: null };
      assert.deepEqual(await stateOf(db, dead), killed);
      assert.deepEqual(await stateOf(db, silent), killed);
      assert.deepEqual(await stateOf(db, alive), running);
      assert.deepEqual(await stateOf(db, young), running);
    });
  },
);

onServerFirst("the requests and bytes of the types add up to those of the run", async (db) => {
  await withSimulator(USERS, async (oura) => {
    oura.simulator.faults.add({ kind: "status", match: "/sleep_time", times: 1 });
    const pipeline = shippedPipeline(db.schema, 3);
    const report = await syncWearer(oura, db, "one", { pipeline });
    assert.equal(report.traffic.requests, oura.stats.requests);
    const { rows } = await db.query(
      `SELECT r.requests, r.bytes, sum(t.requests)::int AS of_types, sum(t.bytes)::int AS bytes_of,
          min(t.requests)::int AS least
        FROM oura.sync_runs r JOIN oura.sync_run_types t ON t.run_id = r.id
        GROUP BY r.user_id, r.id`,
    );
    const { requests, bytes } = report.traffic;
    assert.deepEqual(rows, [{ requests, bytes, of_types: requests, bytes_of: bytes, least: 1 }]);
  });
});

onServerFirst("waiting for the rate limit keeps the leases", async (db) => {
  await withSimulator(USERS, async (oura) => {
    oura.simulator.faults.add({ kind: "rateLimit", seconds: 3, times: 1 });
    const pipeline = shippedPipeline(db.schema, 3);
    const waiting = Promise.withResolvers<void>();
    const gate = new RateGate({ onWait: () => waiting.resolve() });
    const lease = { holder: "patient", ttlSeconds: 1 };
    const options = { pipeline, types: ["daily_sleep"], lease, request: { gate } };
    const run = syncWearer(oura, db, "one", options);
    await waiting.promise;
    const ofTheLease = async () => {
      const sql =
        "SELECT expires_at > clock_timestamp() AS valid, expires_at FROM oura.sync_leases";
      return (await db.query<{ valid: boolean; expires_at: Date }>(sql))
        .rows[0]!;
    };
    const first = await ofTheLease();
    // Longer than the lease lasts by itself.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const later = await ofTheLease();
    assert.ok(later.valid && later.expires_at > first.expires_at, "renewed while waiting");
    assert.equal((await run).exitCode, 0);
  });
});

onServerFirst("waiting for the rate limit ends when the run is stopped", async (db) => {
  await withSimulator(USERS, async (oura) => {
    oura.simulator.faults.add({ kind: "rateLimit", seconds: 600 });
    const stop = new AbortController();
    const gate = new RateGate({ onWait: () => stop.abort(new InterruptedError("SIGTERM")) });
    const report = await syncWearer(oura, db, "one", {
      pipeline: shippedPipeline(db.schema, 3),
      request: { gate },
      signal: stop.signal,
    });
    assert.deepEqual([report.error?.code, report.exitCode], ["INTERRUPTED", 4]);
    const { rows } = await db.query("SELECT 1 FROM oura.sync_leases");
    assert.equal(rows.length, 0, "the leases are given back");
  });
});

onServerFirst(
  "a stop of any kind while a run waits for leases leaves no open record",
  async (db) => {
    await withSimulator(USERS, async (oura) => {
      await db.exec(
        `INSERT INTO oura.sync_leases (user_id, data_type, holder, expires_at)
        VALUES ('one', 'daily_sleep', 'another', now() + interval '1 hour')`,
      );
      const stop = new AbortController();
      const lifeOf = () => {
        stop.abort(new DOMException("enough", "AbortError"));
        return Promise.resolve<Life>("unknown");
      };
      const run = syncWearer(oura, db, "one", {
        pipeline: shippedPipeline(db.schema, 3),
        types: ["daily_sleep"],
        lease: { holder: "me", lifeOf },
        signal: stop.signal,
      });
      await assert.rejects(run, { message: "enough" });
      const { rows } = await db.query("SELECT state FROM oura.sync_runs");
      assert.deepEqual(rows, [{ state: "failed" }]);
    });
  },
);
