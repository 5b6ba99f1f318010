/** A worker that is paused for longer than its leases and its heartbeat last, as a machine that sleeps. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { storeEvents } from "../../lib/db/store/jobs/events.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { truth } from "../../simulator/mod.ts";
import type { Program } from "../support/program.ts";
import { SOAK } from "../support/soak.ts";
import { stop, withFleet, workerRuns } from "./fleet.ts";
import { until } from "./support.ts";

const OPTIONS = { days: 3, syncEveryMs: null, general: 2 };

/** Stores an event of a document with its job, as the receiver does. */
async function deliver(db: Database, objectId: string): Promise<void> {
  await using queue = await openBossQueue({ db, runs: false });
  const event = {
    userId: "one",
    dataType: "daily_sleep",
    objectId,
    eventType: "update",
    eventTime: new Date().toISOString(),
    payload: {},
    isKnown: true,
  };
  await db.transaction(async (tx) => {
    await storeEvents(tx, [event], new Date());
    await queue.ask(tx, ["one"], "events");
  });
}

async function isSettled(db: Database): Promise<boolean> {
  return (await db.query("SELECT 1 FROM oura.webhook_events WHERE state = 'pending'"))
    .rowCount === 0;
}

async function scores(db: Database): Promise<(number | null)[]> {
  const { rows } = await db.query<{ score: number | null }>(
    "SELECT (raw_data ->> 'score')::int AS score FROM oura.daily_sleep",
  );
  return rows.map(({ score }) => score);
}

if (SOAK) {
  Deno.test("a worker that was paused in the middle of a document does not bring back its older version", () =>
    withFleet({ users: [{ id: "one", zone: "UTC" }], days: 3 }, async ({ db, oura, start }) => {
      const { faults } = oura.simulator;
      const span = { user: "one", from: "2000-01-01", to: "2100-01-01" };
      const [night] = [...truth(oura.world, { ...span, type: "daily_sleep" })];
      const { key } = night!;
      const match = `daily_sleep/${key}`;
      const version = (score: number) => {
        faults.clear();
        faults.add({ kind: "malform", match, field: "score", value: score });
      };
      const paused = await start(OPTIONS);
      const others: Program[] = [];
      try {
        faults.add({ kind: "latency", match, delayMs: 1_500, times: 1 });
        await deliver(db, key);
        // Oura's answer is on its way to a process that does not read it.
        await until(() => oura.stats.requests > 0);
        Deno.kill(paused.pid, "SIGSTOP");
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        version(52);
        const other = await start(OPTIONS);
        others.push(other);
        await deliver(db, key);
        await until(() => isSettled(db));
        assert.deepEqual(await scores(db), [52]);
        Deno.kill(paused.pid, "SIGCONT");
        await until(async () => (await workerRuns(db)).every(({ state }) => state !== "running"));
        assert.deepEqual(await scores(db), [52]);
        // It goes on, and is the only one.
        assert.deepEqual(await stop([other]), [0]);
        version(53);
        await deliver(db, key);
        await until(() => isSettled(db));
        assert.deepEqual(await scores(db), [53]);
        assert.deepEqual(await stop([paused]), [0]);
      } catch (error) {
        // Paused, it would keep the database of the test.
        for (const worker of [paused, ...others]) await worker.kill();
        throw error;
      }
    }));
}
