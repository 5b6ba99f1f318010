import assert from "node:assert/strict";
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import { runSync } from "../../pipelines/sync/run_sync.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { withPostgres } from "../support/server_database.ts";
import { simulatedSettings } from "../support/simulated_settings.ts";
import { servedTypes, shippedPipeline, withSimulator } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

Deno.test("a dead sign-in is recorded and leaves the other wearers alone, run after run", {
  sanitizeOps: true,
  sanitizeResources: true,
}, () =>
  withPostgres("oura", async (db) => {
    await migrate(db);
    await using directory = await temporaryDirectory();
    const users = [{ id: "dead", zone: "UTC" }, { id: "well", zone: "UTC" }];
    await withSimulator({ users, days: 10 }, async (oura) => {
      const settings = simulatedSettings(oura, directory.path);
      for (const user of ["dead", "well"]) {
        oura.simulator.oauth.plan = { user };
        assert.equal(await signInUnattended(settings, db), user);
      }
      const body = JSON.stringify({ user: "dead" });
      const revoked = await fetch(`${oura.url}/_sim/tokens/revoke`, { method: "POST", body });
      assert.ok(revoked.ok, await revoked.text());

      const pipeline = shippedPipeline("oura", 3);
      const request = {
        command: "sync",
        demand: { kind: "pending" as const },
        wearers: { allUsers: true },
        concurrency: 4,
        dryRun: false,
        apply: true,
        signal: new AbortController().signal,
      };
      // Met while syncing the first time, before it the second time.
      for (const types of [servedTypes(pipeline).length, 0]) {
        const reports = await runSync({ settings, pipeline, db }, request);
        assert.deepEqual(
          reports.map(({ userId, exitCode }) => [userId, exitCode]),
          [["dead", 3], ["well", 0]],
        );
        assert.equal(reports[0]!.types.length, types);
      }
      const { rows } = await db.query(
        "SELECT user_id, state, exit_code FROM oura.sync_runs ORDER BY user_id, id",
      );
      const dead = { user_id: "dead", state: "failed", exit_code: 3 };
      const well = { user_id: "well", state: "done", exit_code: 0 };
      assert.deepEqual(rows, [dead, dead, well, well]);
    });
  }));
