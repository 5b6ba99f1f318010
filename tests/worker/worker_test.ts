/** Workers at work: several at once, stopped, cut off, and with syncs that are due. */
import assert from "node:assert/strict";
import { isSyncDue, scheduleSync, takeUpkeep } from "../../lib/db/store/jobs/sync_schedule.ts";
import { isUsed, readBacklog } from "../../reports/backlog.ts";
import { createApp } from "../../server/http.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { upkeep } from "../../server/worker/upkeep.ts";
import { slotAfter } from "../../server/worker/slot.ts";
import { forEachDatabase } from "../support/databases.ts";
import { withPostgres } from "../support/server_database.ts";
import { onServerFirst } from "../support/server_first.ts";
import { canonical, stored } from "../support/sync_world.ts";
import { settled, until, withWorkerWorld, type WorkerWorld } from "./support.ts";

const WEARERS = ["one", "two", "three"];
const HOUR = 3_600_000;

/** Events for all documents of all wearers, in no order, each twice over. */
function manyEvents(world: WorkerWorld) {
  return WEARERS.flatMap((userId) =>
    (["sleep", "daily_sleep", "daily_readiness", "workout"] as const).flatMap((dataType) =>
      world.documents(userId, dataType).flatMap(({ key }) => [
        { userId, dataType, objectId: key },
        { userId, dataType, objectId: key, eventType: "update" },
      ])
    )
  ).sort(() => Math.random() - 0.5);
}

async function assertAllStored(world: WorkerWorld): Promise<void> {
  for (const userId of WEARERS) {
    for (const type of ["sleep", "daily_sleep", "daily_readiness", "workout"] as const) {
      const truth = world.documents(userId, type).map(({ body }) => canonical(body));
      assert.deepEqual(await stored(world.db, type, userId), new Set(truth), `${userId} ${type}`);
    }
  }
}

forEachDatabase(
  "two workers bring every event's document; no event is left",
  (db) =>
    withWorkerWorld(db, WEARERS, async (world) => {
      await world.withWorker(async () => {
        await world.withWorker(async () => {
          for (const event of manyEvents(world)) await world.store([event]);
          await settled(world);
        });
      });
      await assertAllStored(world);
      assert.ok((await world.events()).every(({ state }) => state === "done"));
      const { rows } = await db.query("SELECT 1 FROM oura.sync_runs WHERE state = 'running'");
      assert.equal(rows.length, 0);
    }),
  { applied: true },
);

onServerFirst(
  "a worker that is stopped leaves what it could not do to the next one",
  (db) =>
    withWorkerWorld(db, WEARERS, async (world) => {
      world.oura.simulator.faults.add({ kind: "latency", delayMs: 30 });
      await world.store(manyEvents(world));
      for (let stops = 0; stops < 4; stops++) {
        const { requests } = world.oura.stats;
        await world.withWorker(() => until(() => world.oura.stats.requests > requests + 4));
      }
      world.oura.simulator.faults.clear();
      await world.withWorker(() => settled(world));
      await assertAllStored(world);
      assert.ok((await world.events()).every(({ state }) => state === "done"));
    }),
  { applied: true },
);

/** Oura sends what was not stored again; the sessions of the receiver were terminated, too. */
async function sendUntilStored(
  world: WorkerWorld,
  events: Parameters<WorkerWorld["store"]>[0],
): Promise<void> {
  await until(() => world.store(events).then(() => true, () => false));
}

Deno.test("sessions that are terminated again and again cost the workers time only", () =>
  withPostgres("oura", (db) =>
    withWorkerWorld(db, WEARERS, async (world) => {
      world.oura.simulator.faults.add({ kind: "latency", delayMs: 20 });
      const events = manyEvents(world);
      await world.withWorker(async () => {
        for (let part = 0; part < 6; part++) {
          const { requests } = world.oura.stats;
          await sendUntilStored(world, events.filter((_, index) => index % 6 === part));
          await until(() => world.oura.stats.requests > requests);
          await db.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()`,
          );
        }
        await settled(world);
      });
      await assertAllStored(world);
    }), { applied: true }));

onServerFirst(
  "a new wearer is synced at once, then at a point of the interval",
  (db) =>
    withWorkerWorld(db, WEARERS, async (world) => {
      await world.withWorker(() =>
        until(async () => {
          const { rows } = await db.query(
            `SELECT 1 FROM oura.sync_schedule AS s
              JOIN oura.sync_runs AS r ON r.user_id = s.user_id AND s.due_at > r.finished_at`,
          );
          return rows.length === WEARERS.length;
        }), { syncEveryMs: 6 * HOUR });
      const { rows } = await db.query<{ user_id: string; due_at: Date }>(
        "SELECT user_id, due_at FROM oura.sync_schedule",
      );
      for (const { user_id, due_at } of rows) {
        assert.equal(due_at.getTime() - slotAfter(user_id, due_at, 6 * HOUR).getTime(), -6 * HOUR);
      }
      const { rows: runs } = await db.query(
        "SELECT user_id, state FROM oura.sync_runs WHERE command = 'worker' ORDER BY user_id",
      );
      assert.deepEqual(runs, WEARERS.toSorted().map((user_id) => ({ user_id, state: "done" })));
    }),
  { applied: true },
);

onServerFirst(
  "a sync that Oura puts off is tried again soon",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const at = new Date();
      await scheduleSync(db, "one", at);
      world.oura.simulator.faults.add({ kind: "rateLimit", seconds: 3_600 });
      await world.runJob("one", at, { syncEveryMs: 24 * HOUR });
      assert.equal(await isSyncDue(db, "one", at), false);
      assert.equal(await isSyncDue(db, "one", new Date(at.getTime() + HOUR)), true);
    }),
  { applied: true },
);

onServerFirst(
  "a sync that the database ends is tried again soon",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const at = new Date();
      await scheduleSync(db, "one", at);
      await db.exec("ALTER TABLE oura.rate_budget RENAME TO rate_budget_away");
      await world.runJob("one", at, { syncEveryMs: 24 * HOUR });
      const { rows } = await db.query("SELECT exit_code FROM oura.sync_runs");
      assert.deepEqual(rows, [{ exit_code: 5 }]);
      assert.equal(await isSyncDue(db, "one", at), false);
      assert.equal(await isSyncDue(db, "one", new Date(at.getTime() + HOUR)), true);
    }),
  { applied: true },
);

Deno.test("wearers are spread over the interval, and none moves", () => {
  const every = 6 * HOUR;
  const now = new Date("2026-03-01T12:00:00Z");
  const quarters = [0, 0, 0, 0];
  for (let n = 0; n < 4_000; n++) {
    const slot = slotAfter(`wearer-${n}`, now, every);
    const wait = slot.getTime() - now.getTime();
    assert.ok(wait > 0 && wait <= every);
    assert.equal(slotAfter(`wearer-${n}`, slot, every).getTime(), slot.getTime() + every);
    quarters[Math.min(3, Math.floor(wait / every * 4))]!++;
  }
  for (const count of quarters) assert.ok(count > 900 && count < 1_100, String(quarters));
});

onServerFirst("of all workers one gets a task of the app", async (db) => {
  const [now, later] = [new Date(0), new Date(HOUR)];
  const taken = await Promise.all(
    Array.from({ length: 5 }, () => takeUpkeep(db, "prune", now, later)),
  );
  assert.equal(taken.filter((each) => each).length, 1);
  assert.equal(await takeUpkeep(db, "prune", new Date(HOUR - 1), later), false);
  assert.equal(await takeUpkeep(db, "prune", later, new Date(2 * HOUR)), true);
}, { applied: true });

onServerFirst(
  "once a day a worker brings the subscriptions in line with oura.yaml",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      const webhooks = {
        url: "https://127.0.0.1:9",
        types: ["sleep"],
        events: ["create"] as const,
      };
      const pipeline = { ...world.pipeline, webhooks };
      const { settings } = world;
      const signal = new AbortController().signal;
      const look = async (at: Date) => {
        const { requests } = world.oura.stats;
        await upkeep({ settings, pipeline, db, signal }, at);
        return world.oura.stats.requests - requests;
      };
      const now = new Date();
      // Nothing answers at the address, so that Oura does not take the subscription.
      assert.ok(await look(now) > 0);
      assert.equal(await look(new Date(now.getTime() + HOUR - 1)), 0);
      assert.ok(await look(new Date(now.getTime() + HOUR)) > 0, "tried again in an hour");
    }),
  { applied: true },
);

forEachDatabase(
  "the backlog tells what waits and what was given up",
  (db) =>
    withWorkerWorld(db, ["one"], async (world) => {
      assert.equal(isUsed(await readBacklog(db, new Date())), false);
      const queue = await openBossQueue({ db, runs: false });
      const { pipeline } = world;
      try {
        await world.store([{ objectId: "a" }, { objectId: "b" }]);
        await world.store([{ objectId: "c", userId: "signed out" }]);
        await queue.ask(db, ["one"], "events");
        await db.query("UPDATE oura.webhook_events SET state = 'failed' WHERE object_id = 'b'");
        const { events, jobs } = await readBacklog(db, new Date());
        assert.deepEqual([events?.pending, events?.failed, events?.aside], [1, 1, 1]);
        assert.equal(jobs?.waiting, 1);
        const app = createApp({ db, pipeline, hostname: "127.0.0.1", token: null });
        const text = await (await app.request("http://127.0.0.1/metrics")).text();
        assert.match(text, /^oura_sync_events\{state="failed"\} 1$/m);
        assert.match(text, /^oura_sync_jobs\{state="waiting"\} 1$/m);
      } finally {
        await queue[Symbol.asyncDispose]();
      }
    }),
  { applied: true },
);
