/** Nothing to sync into: no server, no database, no such role, no pooler; at the start or in mid-run. */
import assert from "node:assert/strict";
import { Cluster } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { disturbed, onceAfter, pause } from "./support/disturbed.ts";
import { assertHonest, assertSame, outcomeOf, runRecords } from "./support/outcome.ts";
import { type Stage, TO_SERVER, waysTo, WEARER, withStage } from "./support/stage.ts";
import { type Ended, runSync, SyncProgram } from "./support/sync_program.ts";
import { reference } from "./support/undisturbed.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

const undisturbed = await reference();
const { simulator } = undisturbed;
const mortal = await Cluster.start();

/** It ended at once, said why and what to do, and asked Oura for nothing. */
function assertTurnedAway(stage: Stage, { exitCode, err }: Ended, code: string): void {
  assert.equal(exitCode, 5, err);
  assert.ok(err.includes(`[${code}]`), err);
  assert.ok(err.trim().split("\n").length > 1, `no hint: ${err}`);
  assert.doesNotMatch(err, /^\s+at /m, "no stack trace");
  assert.equal(stage.simulator.stats.requests, 0, "nothing to put it into, nothing asked for");
}

async function assertAllIn(stage: Stage, { exitCode, err }: Ended): Promise<void> {
  assert.equal(exitCode, 0, err);
  await stage.look(async (db) => {
    assertSame(await outcomeOf(db), undisturbed.outcome, "after a clean sync");
    await assertHonest(db, stage.simulator.world, WEARER, "after a clean sync");
    assert.ok((await runRecords(db)).every(({ state }) => state === "done"));
  });
}

/** The stage with another address of its database. */
function readdressed({ directory, env }: Stage, change: (url: URL) => void) {
  const url = new URL(env.DATABASE_URL!);
  change(url);
  return { directory, env: { ...env, DATABASE_URL: url.href } };
}

/** Looks again soon, to save time. The default is in use where it matters how long that is. */
const pooler = { server_login_retry: "3" };

for (const way of TO_SERVER) {
  Deno.test(
    `no server, and then one: exit 5, and the next sync brings it all [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way, cluster: mortal.address }, async (stage) => {
        await mortal.stop();
        // PgBouncer says nothing before it has seen the server once.
        const impatient = readdressed(stage, (url) => url.searchParams.set("connect_timeout", "2"));
        assertTurnedAway(stage, await runSync(impatient), "DATABASE_UNREACHABLE");
        await mortal.resume();
        await assertAllIn(stage, await runSync(stage));
      }),
  );
}

for (const way of waysTo("PgBouncer")) {
  Deno.test(
    `a server that was away between two syncs is not held against it [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way, pooler, cluster: mortal.address }, async (stage) => {
        assert.equal((await runSync(stage)).exitCode, 0);
        await mortal.stop();
        // A client asks meanwhile, PgBouncer takes note, and no client is left when the server comes back.
        const asking = new SyncProgram(stage);
        await pause(2_500);
        await asking.kill();
        await mortal.resume();
        await assertAllIn(stage, await runSync(stage));
      }),
  );
}

for (const way of TO_SERVER) {
  const MISTAKES: Record<string, (url: URL) => void> = {
    DATABASE_MISSING: (url) => url.pathname = "/nowhere",
    DATABASE_AUTHENTICATION: (url) => url.username = "nobody_here",
  };
  for (const [code, mistake] of Object.entries(MISTAKES)) {
    Deno.test(
      `an address that leads nowhere is told from a server that is away: ${code} [${way}]`,
      STRICT,
      () =>
        withStage({ simulator, way, pooler }, async (stage) => {
          // A pooler remembers what the server said the first time; without one nothing does.
          for (let time = 1; time <= (way === "PgBouncer" || SOAK ? 2 : 1); time++) {
            assertTurnedAway(stage, await runSync(readdressed(stage, mistake)), code);
          }
        }),
    );
  }
}

for (const how of SOAK ? ["SIGKILL", "SIGINT"] as const : ["SIGKILL"] as const) {
  Deno.test(
    `PgBouncer restarted in the middle of a sync (${how}) costs time only`,
    STRICT,
    () =>
      withStage({ simulator, way: "PgBouncer" }, async (stage) => {
        const restart = onceAfter(undisturbed.requests / 3, async () => {
          await stage.bouncer!.stop(how);
          await pause(2_000);
          await stage.bouncer!.resume();
        });
        await assertAllIn(stage, await disturbed(stage, restart));
      }),
  );
}

Deno.test(
  "what PgBouncer does not let through is named, with the fix",
  STRICT,
  () =>
    withStage({ simulator, way: "PgBouncer" }, async (stage) => {
      const asking = readdressed(stage, (url) => url.searchParams.set("options", "-c geqo=off"));
      const ended = await runSync(asking);
      assertTurnedAway(stage, ended, "DATABASE_REFUSED");
      assert.match(ended.err, /ignore_startup_parameters/);
    }),
);
