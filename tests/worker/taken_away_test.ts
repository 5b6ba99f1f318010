/** A job that the queue takes away while it runs, and what a wearer leaves who is forgotten. */
import assert from "node:assert/strict";
import { jobTable, QUEUE } from "../../lib/db/store/jobs/job_queue.ts";
import { scheduleSync } from "../../lib/db/store/jobs/sync_schedule.ts";
import { deleteGrant } from "../../lib/db/vault/grants.ts";
import { forgetWearer } from "../../pipelines/forget/forget.ts";
import { wearerTables } from "../../pipelines/forget/wearer_tables.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { forEachDatabase } from "../support/databases.ts";
import { settled, until, withWorkerWorld, type WorkerWorld } from "./support.ts";

const HOUR = 3_600_000;

/** Says of the running job what the queue says of one whose heartbeat is late. */
async function takeAway({ db }: WorkerWorld): Promise<void> {
  const { rowCount } = await db.queryRaw(
    `UPDATE ${jobTable(db.schema)} SET state = 'retry', retry_count = retry_count + 1,
        start_after = now() WHERE name = $1 AND state = 'active'`,
    [QUEUE],
  );
  assert.equal(rowCount, 1);
}

forEachDatabase(
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
);

/** Tables with a row of the wearer. */
async function traces({ db }: WorkerWorld, userId: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await wearerTables(db)) {
    const { rowCount } = await db.queryRaw(`SELECT 1 FROM ${table} WHERE user_id = $1`, [userId]);
    if (rowCount > 0) found.push(table);
  }
  return found;
}

forEachDatabase(
  "a job that was taken before its wearer was forgotten leaves no trace",
  (db) =>
    withWorkerWorld(db, ["one", "two"], async (world) => {
      await world.runJob("one", new Date(), { syncEveryMs: HOUR });
      await forgetWearer(db, {
        userId: "one",
        dataTypes: world.pipeline.types.map(({ name }) => name),
        lease: { holder: "forget" },
        configChecksum: world.pipeline.checksum,
        before: () => deleteGrant(db, "one"),
      });
      await world.runJob("one", new Date(), { syncEveryMs: HOUR });
      await scheduleSync(db, "one", new Date());
      assert.deepEqual(await traces(world, "one"), []);
      assert.notDeepEqual(await traces(world, "two"), []);
    }),
);

forEachDatabase(
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
);
