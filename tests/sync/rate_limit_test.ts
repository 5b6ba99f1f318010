/** How a run ends for which Oura's limit asks too much patience. */
import assert from "node:assert/strict";
import { shippedPipeline, syncWearer, withSimulator } from "../support/sync_world.ts";
import { withPostgres } from "../support/server_database.ts";

Deno.test("a limit is told by its data type, although another window of it is stopped first", () =>
  withPostgres("oura", async (db) => {
    await withSimulator({ users: 1, days: 45 }, async (served) => {
      const { faults, world } = served.simulator;
      // The window that waits has nothing to record when it is stopped, so that it ends before the
      // one that met the limit, which writes its failure into the ledger.
      faults.add({ kind: "stall", match: "heartrate", times: 1 });
      faults.add({ kind: "rateLimit", match: "heartrate", seconds: 86_400 });
      const report = await syncWearer(served, db, world.wearers[0]!.id, {
        pipeline: shippedPipeline(db.schema, 45),
        types: ["heart_rate"],
      });
      const [{ state, error, stopped, windows }] = report.types as [typeof report.types[number]];
      assert.deepEqual([state, error?.code, stopped], ["failed", "OURA_RATE_LIMITED", undefined]);
      assert.ok(windows.total > 1 && windows.done === 0, `${windows.done} of ${windows.total}`);
      assert.equal(report.error?.code, "OURA_RATE_LIMITED");
    });
  }, { migrated: true }));
