/** Workers as processes: wrong clocks, a database that is away or silent, a stop in a long sync. */
import assert from "node:assert/strict";
import type { Database } from "../../lib/db/driver/database.ts";
import { storeEvents } from "../../lib/db/store/jobs/events.ts";
import { jobCounts } from "../../lib/db/store/jobs/job_queue.ts";
import { scheduleSync } from "../../lib/db/store/jobs/sync_schedule.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { openBossQueue } from "../../server/worker/boss/boss_queue.ts";
import { type RunningSimulator, truth } from "../../simulator/mod.ts";
import { TcpProxy } from "../faults/support/tcp_proxy.ts";
import { Run } from "../support/run.ts";
import { SOAK } from "../support/soak.ts";
import { assertMirrors } from "../support/sync_world.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";
import { stop, withFleet, workerRuns } from "./fleet.ts";
import { until } from "./support.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const OPTIONS = { days: 3, syncEveryMs: HOUR, general: 2 };
const users = (...ids: string[]) => ids.map((id) => ({ id, zone: "UTC" }));
const fromNow = (ms: number) => new Date(Date.now() + ms);

async function runsOf(db: Database, userId: string): Promise<number> {
  return (await workerRuns(db)).filter(({ user_id, state }) =>
    user_id === userId && state === "done"
  ).length;
}

Deno.test("a worker whose clock is wrong by five minutes syncs no wearer early or late", () => {
  const world = { users: users("due", "later", "new-1", "new-2"), days: 3 };
  return withFleet(world, async ({ db, start }) => {
    for (const [round, clockAheadMs] of [5 * MINUTE, -5 * MINUTE].entries()) {
      await scheduleSync(db, "due", fromNow(-2 * MINUTE));
      await scheduleSync(db, "later", fromNow(4 * MINUTE));
      if (round === 0) await scheduleSync(db, "new-2", fromNow(HOUR / 2));
      else await db.query("DELETE FROM oura.sync_schedule WHERE user_id = 'new-2'");
      const worker = await start({ ...OPTIONS, clockAheadMs });
      // A new wearer is due by any clock, and asked for after all who are due.
      await until(async () => await runsOf(db, `new-${round + 1}`) === 1 && await isIdle(db));
      assert.deepEqual(await stop([worker]), [0]);
      assert.equal(await runsOf(db, "due"), round + 1);
      assert.equal(await runsOf(db, "later"), 0);
    }
  });
});

async function isIdle(db: Database): Promise<boolean> {
  const counts = await jobCounts(db);
  return counts !== null && counts.waiting + counts.active === 0;
}

/** Whether the wearer's next sync is due later. */
async function waitsForItsTime(db: Database, userId: string): Promise<boolean> {
  const { rows } = await db.query(
    "SELECT 1 FROM oura.sync_schedule WHERE user_id = $1 AND due_at > now()",
    [userId],
  );
  return rows.length > 0;
}

Deno.test("a worker waits for a database that is away, and goes on", () =>
  withFleet({ users: users("one"), days: 3 }, async ({ db, url, oura, start }) => {
    await using proxy = new TcpProxy(Number(new URL(url).port));
    const worker = await start(OPTIONS, { url: through(url, proxy) });
    // The worker sets the next time after the run, and would overwrite the test's.
    await until(async () => await runsOf(db, "one") === 1 && await waitsForItsTime(db, "one"));
    proxy.refuse(true);
    await scheduleSync(db, "one", fromNow(0));
    await sleep(SOAK ? MINUTE : 3_000);
    proxy.refuse(false);
    await until(() => runsOf(db, "one").then((runs) => runs === 2));
    assert.deepEqual(await stop([worker]), [0]);
    await assertMirrors(db, oura.world, "one", 2);
  }));

Deno.test("a worker that is stopped in a long sync ends in order, and another one goes on", () =>
  withFleet({ users: users("one"), days: 3 }, async ({ db, url, oura, environment, start }) => {
    await using directory = await temporaryDirectory();
    const { simulator, stats } = oura;
    simulator.faults.add({ kind: "stall", match: "usercollection", after: 3 });
    const env = { ...environment, DATABASE_URL: url, LOG_LEVEL: "error" };
    const worker = new Run({ directory: directory.path, env }, ["worker"]);
    await until(() => stats.requests > 4);
    worker.kill("SIGTERM");
    const { exitCode, err } = await worker.end();
    assert.equal(exitCode, 0, err);
    const [run] = await workerRuns(db);
    assert.equal(run!.state, "partial");
    assert.equal((await db.query("SELECT 1 FROM oura.sync_leases")).rowCount, 0);

    simulator.faults.clear();
    const other = await start(OPTIONS);
    await until(() => runsOf(db, "one").then((runs) => runs === 1));
    assert.deepEqual(await stop([other]), [0]);
    await assertMirrors(db, oura.world, "one", 2);
  }));

Deno.test("a role that may not create the tables of jobs ends the worker with exit code 5", () =>
  withFleet({ users: users("one"), days: 3 }, async ({ db, url, environment }) => {
    await using directory = await temporaryDirectory();
    const role = `writer_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
    await db.exec(`CREATE ROLE ${role} LOGIN;
      GRANT USAGE, CREATE ON SCHEMA oura TO ${role};
      GRANT ALL ON ALL TABLES IN SCHEMA oura TO ${role}`);
    const address = new URL(url);
    address.username = role;
    try {
      const env = { ...environment, DATABASE_URL: address.href };
      const { exitCode, err } = await new Run({ directory: directory.path, env }, ["worker"]).end();
      assert.equal(exitCode, 5, err);
      assert.match(err, /GRANT CREATE ON DATABASE/);
      assert.doesNotMatch(err, /\bat file:|this is a bug/);
    } finally {
      await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  }));

Deno.test("a worker without its database ends with exit code 5", async () => {
  await using directory = await temporaryDirectory();
  const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" };
  const { exitCode, err } = await new Run({ directory: directory.path, env }, ["worker"]).end();
  assert.equal(exitCode, 5, err);
  assert.match(err, /127\.0\.0\.1:9/);
});

if (SOAK) {
  Deno.test("a network that is silent for a minute costs a worker its jobs, and no wearer a document", () =>
    withFleet({ users: users("one", "two", "three"), days: 3 }, async (fleet) => {
      const { db, url, oura, start } = fleet;
      const options = { ...OPTIONS, syncEveryMs: null };
      await using proxy = new TcpProxy(Number(new URL(url).port));
      const cutOff = await start(options, { url: through(url, proxy) });
      oura.simulator.faults.add({ kind: "latency", delayMs: 200, match: "usercollection" });
      await storeAll(db, oura);
      await until(() => oura.stats.requests > 3);
      proxy.stall(true);
      const other = await start(options);
      const silentUntil = performance.now() + MINUTE;
      await until(() => isSettled(db));
      await sleep(Math.max(0, silentUntil - performance.now()));
      proxy.stall(false);
      await storeAll(db, oura, "update");
      await until(() => isSettled(db));
      assert.deepEqual(await stop([other]), [0]);
      // It is in order again, and works alone.
      await storeAll(db, oura, "delete");
      await until(() => isSettled(db));
      assert.deepEqual(await stop([cutOff]), [0]);
      const { rows } = await db.query("SELECT DISTINCT state FROM oura.webhook_events");
      assert.deepEqual(rows, [{ state: "done" }]);
      for (const { id } of oura.world.wearers) {
        await assertMirrors(db, oura.world, id, 2, ["daily_sleep"]);
      }
      const { rows: runs } = await db.query("SELECT 1 FROM oura.sync_runs WHERE state = 'running'");
      assert.equal(runs.length, 0);
    }));
}

function through(url: string, proxy: TcpProxy): string {
  const address = new URL(url);
  address.port = String(proxy.port);
  return address.href;
}

async function isSettled(db: Database): Promise<boolean> {
  const { rowCount } = await db.query(
    "SELECT 1 FROM oura.webhook_events WHERE state = 'pending'",
  );
  return rowCount === 0;
}

/** Stores an event for each day of sleep of every wearer, with its job. */
async function storeAll(db: Database, oura: RunningSimulator, eventType = "create"): Promise<void> {
  await using queue = await openBossQueue({ db, runs: false });
  for (const { id: userId } of oura.world.wearers) {
    const span = { user: userId, from: "2000-01-01", to: "2100-01-01" };
    const events = [...truth(oura.world, { ...span, type: "daily_sleep" })].map(({ key }) => ({
      userId,
      dataType: "daily_sleep",
      objectId: key,
      eventType,
      eventTime: new Date().toISOString(),
      payload: {},
      isKnown: true,
    }));
    await db.transaction(async (tx) => {
      await storeEvents(tx, events, new Date());
      await queue.ask(tx, [userId], "events");
    });
  }
}
