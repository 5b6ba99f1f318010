/** Several processes on one wearer, and leases of processes that died or run elsewhere. */
import assert from "node:assert/strict";
import { asSuperuser } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { assertHonest, assertSame, outcomeOf } from "./support/outcome.ts";
import { pause } from "./support/disturbed.ts";
import { type Stage, type Way, waysTo, WEARER, withStage } from "./support/stage.ts";
import { runSync, SyncProgram } from "./support/sync_program.ts";
import { reference } from "./support/undisturbed.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

const undisturbed = await reference();
const { simulator } = undisturbed;

async function assertAllIn(stage: Stage): Promise<void> {
  await stage.look(async (db) => {
    assertSame(await outcomeOf(db), undisturbed.outcome, "together");
    await assertHonest(db, stage.simulator.world, WEARER, "together");
    const { rows } = await db.query("SELECT * FROM oura.sync_leases");
    assert.deepEqual(rows, [], "every lease was given back");
  });
}

const CROWDS: readonly (readonly [Way, number])[] = [["direct", 3], ["PgBouncer", 3]];
const LARGE_CROWD = ["direct", 8] as const;

for (const [way, count] of SOAK ? [...CROWDS, LARGE_CROWD] : CROWDS) {
  Deno.test(
    `${count} syncs at once: each exits 0 or 75, and the tables are right [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way, isEmpty: true }, async (stage) => {
        const all = await Promise.all(Array.from({ length: count }, () => runSync(stage)));
        for (const { exitCode, err } of all) {
          assert.ok(exitCode === 0 || exitCode === 75, `exit ${exitCode}: ${err}`);
          if (exitCode === 75) assert.match(err, /pid \d+ .* since \d{4}-/);
        }
        assert.ok(all.some(({ exitCode }) => exitCode === 0));
        await assertAllIn(stage);
      }),
  );
}

for (const way of waysTo("PgBouncer")) {
  Deno.test(
    `what a killed sync held is free for the next one, however late it would expire [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way }, async (stage) => {
        stage.simulator.simulator.faults.add({ kind: "stall", match: "heartrate" });
        const killed = new SyncProgram(stage);
        while (stage.simulator.stats.requests < 10) await pause(5);
        assert.ok(await killed.kill());
        stage.simulator.simulator.faults.clear();
        const { address, database } = stage.server;
        const held = "UPDATE oura.sync_leases SET expires_at = now() + interval '1 day'";
        await asSuperuser(address, [held], database);
        const next = new SyncProgram(stage);
        const waiting = setTimeout(() => void next.kill(), 60_000);
        const { exitCode, err } = await next.ended;
        clearTimeout(waiting);
        assert.equal(exitCode, 0, `it waits for a dead process: ${err}`);
        await assertAllIn(stage);
      }),
  );
}

for (const way of waysTo("direct")) {
  Deno.test(
    `a lease of another machine: respected while renewed (75), taken over once expired [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way }, async (stage) => {
        assert.equal((await runSync(stage)).exitCode, 0);
        const { address, database } = stage.server;
        const holder = `elsewhere pid 7 ${crypto.randomUUID()}`;
        const lease = (expiry: string) =>
          asSuperuser(address, [
            `INSERT INTO oura.sync_leases (user_id, data_type, holder, expires_at)
        SELECT DISTINCT user_id, data_type, '${holder}', now() + interval '${expiry}'
        FROM oura.sync_windows
        ON CONFLICT (user_id, data_type) DO UPDATE SET expires_at = excluded.expires_at
        WHERE sync_leases.holder = excluded.holder`,
          ], database);

        await lease("20 s");
        const refused = new SyncProgram(stage);
        let over = false;
        void refused.ended.then(() => over = true);
        while (!over) {
          await pause(200);
          await lease("20 s");
        }
        const { exitCode, err } = await refused.ended;
        assert.equal(exitCode, 75, err);
        assert.ok(err.includes(holder) && /since \d{4}-/.test(err), err);

        await lease("1 s");
        assert.equal((await runSync(stage)).exitCode, 0, "an expired lease holds up no sync");
        await assertAllIn(stage);
      }),
  );
}

for (const way of waysTo("PgBouncer")) {
  Deno.test(
    `a lease lost in mid-run: the loser calls nothing done that another one has taken over [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way }, async (stage) => {
        const match = "usercollection/(heartrate|sleep)\\b";
        stage.simulator.simulator.faults.add({ kind: "latency", delayMs: 1_500, match });
        const loser = new SyncProgram(stage);
        while (stage.simulator.stats.requests < 8) await pause(5);
        const { address, database } = stage.server;
        await asSuperuser(address, [
          `UPDATE oura.sync_leases SET holder = 'elsewhere pid 7', expires_at = now() + interval '1 h'
      WHERE data_type IN ('heart_rate', 'sleep')`,
        ], database);
        const { exitCode, err } = await loser.ended;
        assert.equal(exitCode, 4, err);
        assert.match(err, /heart_rate/);
        await stage.look(async (db) => {
          const { ledger } = await outcomeOf(db);
          const taken = ledger.filter((day) => / (heart_rate|sleep) .* done$/.test(day));
          assert.deepEqual(taken, []);
          await assertHonest(db, stage.simulator.world, WEARER, "after the loss");
          await db.query("UPDATE oura.sync_leases SET expires_at = now()");
        });
        assert.equal((await runSync(stage)).exitCode, 0);
        await assertAllIn(stage);
      }),
  );
}
