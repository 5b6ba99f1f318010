/** The database fails in the middle of a sync: restarts, terminated sessions, a network that cuts. */
import assert from "node:assert/strict";
import { asSuperuser, Cluster, sharedCluster } from "../support/postgres.ts";
import { assertHonest, assertSame, outcomeOf, runRecords } from "./support/reckoning.ts";
import { awayFromMidnight, type Stage, type Way, WEARER, withStage } from "./support/stage.ts";
import { runSync, SyncProgram } from "./support/sync_program.ts";
import { TcpProxy } from "./support/tcp_proxy.ts";
import { undisturbed } from "./support/undisturbed.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

await sharedCluster();
await awayFromMidnight();

const simulator = { now: new Date() };
const reference = await undisturbed({ simulator });
// What a crash may lose must not be what the program was told is safe.
const fragile = await Cluster.start({ settings: { synchronous_commit: "on" } });

/** Runs a sync that is slow enough for `disturb`, which is called each time Oura was asked. */
async function disturbed(
  stage: Stage,
  disturb: (requests: number) => Promise<void> | void,
  program = new SyncProgram(stage),
) {
  stage.simulator.simulator.faults.add({ kind: "latency", delayMs: 40 });
  let over = false;
  void program.ended.then(() => over = true);
  for (let seen = 0; !over;) {
    const { requests } = stage.simulator.stats;
    if (requests > seen) await disturb(seen = requests);
    else await pause(2);
  }
  stage.simulator.simulator.faults.clear();
  return await program.ended;
}

/** The sync succeeded, and everything is as if nothing had happened. */
async function assertUnharmed(stage: Stage, ended: { exitCode: number; err: string }) {
  assert.equal(ended.exitCode, 0, ended.err);
  await stage.look(async (db) => {
    assertSame(await outcomeOf(db), reference.outcome, "after the fault");
    await assertHonest(db, stage.simulator.world, WEARER, "after the fault");
    assert.ok((await runRecords(db)).every(({ state }) => state === "done"));
  });
}

for (const how of ["stop", "stopImmediate"] as const) {
  Deno.test(
    `a server restarted in the middle of a sync (${how}) costs time only`,
    STRICT,
    () =>
      withStage({ simulator, cluster: fragile.address }, async (stage) => {
        let restarted = false;
        const ended = await disturbed(stage, async (requests) => {
          if (restarted || requests < reference.requests / 3) return;
          restarted = true;
          await fragile[how]();
          await pause(2_000);
          await fragile.resume();
        });
        await assertUnharmed(stage, ended);
      }),
  );
}

for (const way of ["direct", "PgBouncer"] satisfies Way[]) {
  Deno.test(
    `sessions terminated again and again cost time only [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way }, async (stage) => {
        const { address, database } = stage.server;
        let times = 0;
        const ended = await disturbed(stage, async (requests) => {
          if (requests < 5 + 8 * times || times >= 4) return;
          times++;
          await asSuperuser(address, [
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
          ]);
        });
        await assertUnharmed(stage, ended);
        assert.equal(times, 4);
      }),
  );

  Deno.test(
    `connections cut again and again cost time only [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way }, async (stage) => {
        await using proxy = new TcpProxy(Number(new URL(stage.env.DATABASE_URL!).port));
        const program = new SyncProgram(through(proxy, stage));
        let times = 0;
        const ended = await disturbed(stage, (requests) => {
          if (requests < 5 + 8 * times || times >= 4) return;
          times++;
          proxy.cutAll();
        }, program);
        await assertUnharmed(stage, ended);
        assert.equal(times, 4);
      }),
  );
}

Deno.test(
  "a database that stays away is exit 5, and nothing is called done that is not",
  STRICT,
  () =>
    withStage({ simulator }, async (stage) => {
      await using proxy = new TcpProxy(stage.server.address.port);
      const program = new SyncProgram(through(proxy, stage), ["--json"]);
      const { exitCode, out, err } = await disturbed(stage, (requests) => {
        if (requests > reference.requests / 3) proxy.refuse();
      }, program);
      assert.equal(exitCode, 5, err);
      assert.match(err, /DATABASE_(UNREACHABLE|CONNECTION_LOST)/);
      assert.doesNotMatch(err, /^\s+at /m, "no stack trace");
      const report: Report = JSON.parse(out);
      assert.equal(report.exitCode, 5);
      for (const { dataType, state, windows } of report.types) {
        assert.ok(state !== "done" || windows.done === windows.total, `${dataType} is called done`);
      }
      await stage.look((db) => assertHonest(db, stage.simulator.world, WEARER, "after the loss"));
      const clean = await runSync(stage);
      assert.equal(clean.exitCode, 0, clean.err);
      await stage.look(async (db) => {
        assertSame(await outcomeOf(db), reference.outcome, "after a clean sync");
      });
    }),
);

interface Report {
  exitCode: number;
  types: { dataType: string; state: string; windows: { done: number; total: number } }[];
}

function through({ port }: TcpProxy, { directory, env }: Stage) {
  const url = new URL(env.DATABASE_URL!);
  url.port = String(port);
  return { directory, env: { ...env, DATABASE_URL: url.href } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
