/** Jobs that do not run to their end: one that the queue takes away, one of a wearer who signed out. */
import assert from "node:assert/strict";
import { signInUnattended } from "../../commands/demo/sign_in.ts";
import { jobTable, QUEUE } from "../../lib/db/store/jobs/job_queue.ts";
import { scheduleSync, wearersDue } from "../../lib/db/store/jobs/sync_schedule.ts";
import { deleteGrant } from "../../lib/db/vault/grants.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { onServerFirst } from "../support/server_first.ts";
import { settled, until, withWorkerWorld, type WorkerWorld } from "./support.ts";

/** Says of the running job what the queue says of one whose heartbeat is late. */
async function takeAway({ db }: WorkerWorld): Promise<void> {
  const { rowCount } = await db.queryRaw(
    `UPDATE ${jobTable(db.schema)} SET state = 'retry', retry_count = retry_count + 1,
        start_after = now() WHERE name = $1 AND state = 'active'`,
    [QUEUE],
  );
  assert.equal(rowCount, 1);
}

onServerFirst(
  "a job that comes back to the process in which it still runs waits for itself",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const { simulator, stats } = world.oura;
      await using queue = await openBossQueue({ db, runs: false });
      const [night] = world.documents("one", "sleep");
      simulator.faults.add({ kind: "stall", match: "usercollection/sleep/", times: 1 });
      await world.withWorker(async () => {
        await world.store([{ objectId: night!.key }]);
        await queue.ask(db, ["one"], "events");
        await until(() => stats.requests > 0 && simulator.faults.inForce.length === 0);
        stats.reset();
        await takeAway(world);
        await settled(world);
      });
      assert.equal(stats.concurrent, 1);
      const { rows } = await db.query(
        "SELECT state, error_code AS code FROM oura.sync_runs ORDER BY id",
      );
      assert.deepEqual(rows, [
        { state: "partial", code: "INTERRUPTED" },
        { state: "done", code: null },
      ]);
    }),
  { applied: true },
);

onServerFirst(
  "events of a wearer who signed out are kept until the next sign-in",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const [night] = world.documents("one", "sleep");
      await world.store([{ objectId: night!.key }]);
      await deleteGrant(db, "one");
      await world.runJob("one");
      const [event] = await world.events();
      assert.deepEqual([event!.state, event!.attempts], ["aside", 0]);
      assert.equal((await db.query("SELECT 1 FROM oura.sync_runs")).rowCount, 0);
    }),
  { applied: true },
);

onServerFirst(
  "a wearer who signs in again is synced at once, not at the next point of the interval",
  (db) =>
    withWorkerWorld(db, ["one"], async ({ oura, settings }) => {
      const tomorrow = new Date(Date.now() + 86_400_000);
      await scheduleSync(db, "one", tomorrow);
      await deleteGrant(db, "one");
      assert.deepEqual(await wearersDue(db, tomorrow, 1), []);
      oura.simulator.oauth.plan = { user: "one" };
      await signInUnattended(settings, db);
      assert.equal((await wearersDue(db, new Date(), 1)).length, 1);
    }),
);
