import assert from "node:assert/strict";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { Cluster } from "../support/postgres.ts";
import {
  assertMirrors,
  failures,
  servedTypes,
  shippedPipeline,
  syncWearer,
  withSimulator,
} from "../support/sync_world.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const NOW = "2026-03-29T09:40:00Z";
const DAYS = 15;
const USERS = { users: [{ id: "one", zone: "UTC" }], days: 40, now: NOW };

// A server of this file's own, as it is stopped while it is in use.
const cluster = await Cluster.start({ settings: { synchronous_commit: "on" } });
addEventListener("unload", () => void cluster.stopImmediate());

/** Starts the server again after a while; the promise says when it is back. */
function backIn(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms)).then(() => cluster.resume());
}

Deno.test(
  "a database that is away for seconds in the middle costs a sync nothing",
  strict,
  async () => {
    const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
    try {
      await migrate(db);
      await withSimulator(USERS, async (oura) => {
        // The failure of a type is recorded while the database is away.
        oura.simulator.faults.add({ kind: "status", match: "/workout\\?", status: 400 });
        let back: Promise<void> | undefined;
        const stopping: typeof fetch = async (input, init) => {
          if (String(input).includes("/workout?")) {
            await cluster.stopImmediate();
            back = backIn(3_000);
          }
          return await fetch(input, init);
        };
        const pipeline = shippedPipeline(db.schema, DAYS);
        const report = await syncWearer(oura, db, "one", {
          pipeline,
          request: { fetch: stopping },
        });
        await back;
        assert.ok(back, "the database was away");
        assert.deepEqual(failures(report).map((text) => text.split(":")[0]), ["workout"]);
        assert.equal(report.exitCode, 4);
        const { rows } = await db.query(
          `SELECT r.state, count(t.*)::int AS types FROM oura.sync_runs r
        JOIN oura.sync_run_types t ON t.run_id = r.id GROUP BY r.id, r.state`,
        );
        assert.deepEqual(rows, [{ state: "partial", types: servedTypes(pipeline).length }]);
        const ledger = await db.query(
          "SELECT data_type FROM oura.sync_windows WHERE state = 'failed'",
        );
        assert.deepEqual(ledger.rows, [{ data_type: "workout" }]);
        oura.simulator.faults.clear();
        assert.equal((await syncWearer(oura, db, "one", { pipeline })).exitCode, 0);
        await assertMirrors(db, oura.world, "one", DAYS);
      });
    } finally {
      await db.close();
    }
  },
);

Deno.test(
  "a server that only reads is told apart, and nothing is fetched for it",
  strict,
  async () => {
    const db = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
    await migrate(db);
    await db.exec("ALTER ROLE postgres SET default_transaction_read_only = on");
    await db.close();
    const replica = await openPostgres({ kind: "url", url: cluster.url() }, { schema: "oura" });
    try {
      await withSimulator(USERS, async (oura) => {
        await assert.rejects(
          syncWearer(oura, replica, "one", { pipeline: shippedPipeline("oura", DAYS) }),
          (error: Error & { code?: string; exitCode?: number; hint?: string }) => {
            assert.deepEqual([error.code, error.exitCode], ["DATABASE_READ_ONLY", 5]);
            assert.match(error.hint!, /primary/);
            return true;
          },
        );
        assert.equal(oura.stats.requests, 0);
      });
    } finally {
      await replica.close();
      const url = cluster.url(
        "postgres",
        "sslmode=disable&options=-c%20default_transaction_read_only%3Doff",
      );
      const owner = await openPostgres({ kind: "url", url }, { schema: "oura" });
      await owner.exec("ALTER ROLE postgres RESET default_transaction_read_only");
      await owner.close();
    }
  },
);
