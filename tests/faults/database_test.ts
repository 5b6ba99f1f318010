/** The database fails in the middle of a sync: restarts, terminated sessions, a network that cuts. */
import assert from "node:assert/strict";
import { asSuperuser, Cluster, sharedCluster } from "../support/postgres.ts";
import { disturbed, onceAfter, pause } from "./support/disturbed.ts";
import { assertHonest, assertSame, outcomeOf, runRecords } from "./support/outcome.ts";
import { type Stage, waysTo, WEARER, withStage } from "./support/stage.ts";
import { runSync, SyncProgram } from "./support/sync_program.ts";
import { TcpProxy } from "./support/tcp_proxy.ts";
import { reference } from "./support/undisturbed.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

const undisturbed = await reference();
const { simulator } = undisturbed;
// What a crash may lose must not be what the program was told is safe.
const fragile = await Cluster.start({ settings: { synchronous_commit: "on" } });

/** The sync succeeded, and everything is as if nothing had happened. */
async function assertUnharmed(stage: Stage, ended: { exitCode: number; err: string }) {
  assert.equal(ended.exitCode, 0, ended.err);
  await stage.look(async (db) => {
    assertSame(await outcomeOf(db), undisturbed.outcome, "after the fault");
    await assertHonest(db, stage.simulator.world, WEARER, "after the fault");
    assert.ok((await runRecords(db)).every(({ state }) => state === "done"));
  });
}

const RESTARTS = [["stop", "PgBouncer"], ["stopImmediate", "direct"]] as const;
for (const [how, server] of RESTARTS) {
  for (const way of waysTo(server)) {
    Deno.test(
      `a server restarted in the middle of a sync (${how}) costs time only [${way}]`,
      STRICT,
      () =>
        withStage({ simulator, way, cluster: fragile.address }, async (stage) => {
          const restart = onceAfter(undisturbed.requests / 3, async () => {
            await fragile[how]();
            await pause(2_000);
            await fragile.resume();
          });
          await assertUnharmed(stage, await disturbed(stage, restart));
        }),
    );
  }
}

for (const way of waysTo("PgBouncer")) {
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
}

for (const way of waysTo("direct")) {
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

  Deno.test(
    `a database that stays away is exit 5, and nothing is called done that is not [${way}]`,
    STRICT,
    async () => {
      const address = await sharedCluster();
      await using network = new TcpProxy(address.port);
      const cluster = { ...address, port: network.port };
      // By itself a pooler lets a statement wait two minutes for a server.
      const pooler = { query_wait_timeout: "3", server_login_retry: "3" };
      await withStage({ simulator, way, pooler, cluster }, async (stage) => {
        const leave = onceAfter(undisturbed.requests / 3, () => network.refuse(true));
        const ended = await disturbed(stage, leave, new SyncProgram(stage, ["--json"]));
        network.refuse(false);
        await assertGivenUp(stage, ended);
      });
    },
  );
}

interface Report {
  exitCode: number;
  types: { dataType: string; state: string; windows: { done: number; total: number } }[];
}

/** The sync gave up and said so; one clean sync repairs everything. */
async function assertGivenUp(
  stage: Stage,
  { exitCode, out, err }: { exitCode: number; out: string; err: string },
): Promise<void> {
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
    assertSame(await outcomeOf(db), undisturbed.outcome, "after a clean sync");
  });
}

function through({ port }: TcpProxy, { directory, env }: Stage) {
  const url = new URL(env.DATABASE_URL!);
  url.port = String(port);
  return { directory, env: { ...env, DATABASE_URL: url.href } };
}
