/** Many wearers: any number of workers loads the same, within the budget, and no wearer waits for another. */
import assert from "node:assert/strict";
import { storeEvents } from "../../lib/db/store/jobs/events.ts";
import { jobCounts } from "../../lib/db/store/jobs/job_queue.ts";
import { scheduleSync } from "../../lib/db/store/jobs/sync_schedule.ts";
import { type ServeOptions, truth } from "../../simulator/mod.ts";
import { SCOPES, type UserSpec } from "../../simulator/world/wearer.ts";
import { SOAK } from "../support/soak.ts";
import { assertMirrors, shippedPipeline } from "../support/sync_world.ts";
import { contents, type Fleet, stop, withFleet, type WorkerRun, workerRuns } from "./fleet.ts";
import { until } from "./support.ts";

const DAYS = SOAK ? 7 : 2;
const WEARERS = SOAK ? 200 : 8;
const WORKERS = SOAK ? [1, 2, 4] : [1, 2];
const GENERAL = 2;
const HOUR = 3_600_000;
/** Less than the wearers need, so that the budget holds them up. */
const BUDGET = SOAK ? { requests: 200, perMs: 2_000 } : { requests: 120, perMs: 1_200 };
const OPTIONS = { days: DAYS, syncEveryMs: 6 * HOUR, general: GENERAL, budget: BUDGET };

/** Wearers in no order of their names. */
const named = (count: number): UserSpec[] =>
  Array.from({ length: count }, (_, n) => ({ id: `w${(n * 7_919) % 10_007}`, zone: "UTC" }));

/** Waits until each wearer was synced; the runs, in the order of their beginnings. */
async function synced({ db, oura }: Fleet): Promise<WorkerRun[]> {
  const count = oura.world.wearers.length;
  await until(async () => {
    const { rows } = await db.query(
      "SELECT 1 FROM oura.sync_schedule WHERE due_at > clock_timestamp()",
    );
    return rows.length === count;
  });
  return await workerRuns(db);
}

/** One fleet, synced by so many workers. @returns What the tables hold */
async function syncedBy(count: number): Promise<Map<string, string>> {
  // The span of the workers is longer by a third: a busy machine delays what was let through.
  const world: ServeOptions = {
    users: named(WEARERS),
    days: DAYS,
    now: new Date(Math.floor(Date.now() / HOUR) * HOUR),
    appLimit: BUDGET.requests,
    rateWindow: BUDGET.perMs * 0.75 / 1_000,
  };
  let tables = new Map<string, string>();
  await withFleet(world, async (fleet) => {
    const { db, oura } = fleet;
    const ids = oura.world.wearers.map(({ id }) => id);
    for (const [index, id] of ids.entries()) await scheduleSync(db, id, new Date(1_000 * index));
    const workers = await Promise.all(Array.from({ length: count }, () => fleet.start(OPTIONS)));
    const runs = await synced(fleet);
    assert.deepEqual(await stop(workers), workers.map(() => 0));

    assert.deepEqual(runs.map(({ user_id }) => user_id).toSorted(), ids.toSorted());
    assert.deepEqual([...new Set(runs.map(({ exit_code }) => exit_code))], [0]);
    for (const [begun, { user_id }] of runs.entries()) {
      const moved = Math.abs(begun - ids.indexOf(user_id));
      assert.ok(moved <= count * (GENERAL + 1), `${user_id} was overtaken by ${moved}`);
    }
    const { requests, byStatus } = oura.stats;
    assert.ok(requests > BUDGET.requests, `${requests} requests are within one span`);
    assert.equal(byStatus[429], undefined, `${byStatus[429]} of ${requests} were too many`);
    for (const id of ids) await assertMirrors(db, oura.world, id, DAYS - 1);
    tables = await contents(db, shippedPipeline());
  });
  return tables;
}

Deno.test("any number of workers fills the same tables, in turn and within the budget", async () => {
  const all: Map<string, string>[] = [];
  for (const count of WORKERS) all.push(await syncedBy(count));
  for (const each of all) assert.deepEqual(each, all[0]);
});

const HEALTHY = named(4);

/** What healthy wearers cost a worker, beside these others: runs and requests of each. */
async function costBeside(
  others: readonly UserSpec[],
  trouble: (fleet: Fleet) => Promise<void>,
): Promise<{ healthy: WorkerRun[]; others: WorkerRun[] }> {
  const cost = { healthy: [] as WorkerRun[], others: [] as WorkerRun[] };
  const users = [...HEALTHY, ...others];
  await withFleet({ users, days: 2, now: new Date(Date.UTC(2026, 2, 1, 12)) }, async (fleet) => {
    const { db } = fleet;
    await trouble(fleet);
    const worker = await fleet.start({ days: 2, syncEveryMs: 6 * HOUR, general: GENERAL });
    await until(async () => {
      const { rows } = await db.query(
        "SELECT DISTINCT user_id FROM oura.sync_runs WHERE finished_at IS NOT NULL",
      );
      return rows.length === users.length;
    });
    await until(async () => {
      const counts = await jobCounts(db);
      return counts !== null && counts.waiting + counts.active === 0;
    });
    assert.deepEqual(await stop([worker]), [0]);
    const isHealthy = ({ user_id }: WorkerRun) => HEALTHY.some(({ id }) => id === user_id);
    const runs = (await workerRuns(db)).toSorted((a, b) => a.user_id < b.user_id ? -1 : 1);
    cost.healthy = runs.filter(isHealthy);
    cost.others = runs.filter((run) => !isHealthy(run));
  });
  return cost;
}

Deno.test("wearers with trouble cost the others no job and no request, and little themselves", async () => {
  const alone = await costBeside([], () => Promise.resolve());
  const others = [
    { id: "signed-out", zone: "UTC" },
    { id: "lapsed", zone: "UTC", membership: false },
    { id: "narrow", zone: "UTC", scopes: SCOPES.filter((scope) => scope !== "heartrate") },
    { id: "poison", zone: "UTC" },
  ];
  const beside = await costBeside(others, async ({ db, oura }) => {
    // Oura ends the sign-in, and has a document of one wearer that no column takes.
    await db.query(
      "UPDATE oura.oauth_tokens SET expires_at = 'epoch' WHERE user_id = 'signed-out'",
    );
    const [night] = truth(oura.world, { ...SPAN, user: "poison", type: "sleep" });
    const match = `usercollection/sleep/${night!.key}`;
    oura.simulator.faults.add({ kind: "malform", match, field: "day", value: 7 });
    const event = {
      userId: "poison",
      dataType: "sleep",
      objectId: night!.key,
      eventType: "update",
      eventTime: "2026-03-01T00:00:00Z",
      payload: {},
      isKnown: true,
    };
    await storeEvents(db, [event], new Date());
  });
  assert.deepEqual(costs(beside.healthy), costs(alone.healthy));
  assert.deepEqual(
    beside.others.map(({ user_id, exit_code }) => [user_id, exit_code]),
    [["lapsed", 4], ["narrow", 4], ["poison", 0], ["poison", 0], ["signed-out", 3]],
  );
  const most = Math.max(...alone.healthy.map(({ requests }) => requests));
  for (const { user_id, requests } of beside.others) {
    assert.ok(requests <= most + 1, `${user_id}: ${requests} requests, others ${most}`);
  }
});

const SPAN = { from: "2000-01-01", to: "2100-01-01" };

function costs(runs: readonly WorkerRun[]): unknown[] {
  return runs.map(({ user_id, state, requests }) => [user_id, state, requests]);
}
