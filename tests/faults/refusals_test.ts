/** A database that answers, and refuses: read-only, missing rights, a full disk. */
import assert from "node:assert/strict";
import { asSuperuser, Cluster } from "../support/postgres.ts";
import { disturbed, onceAfter, pause } from "./support/disturbed.ts";
import { assertHonest, assertSame, outcomeOf, runRecords } from "./support/outcome.ts";
import { smallDisk } from "./support/small_disk.ts";
import { type Stage, waysTo, WEARER, withStage } from "./support/stage.ts";
import { type Ended, runSync } from "./support/sync_program.ts";
import { reference } from "./support/undisturbed.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

const undisturbed = await reference();
const { simulator } = undisturbed;
const cluster = await Cluster.start();

function assertRefused({ exitCode, err }: Ended, code: string): void {
  assert.equal(exitCode, 5, err);
  assert.ok(err.includes(`[${code}]`), err);
  assert.doesNotMatch(err, /^\s+at /m, "no stack trace");
}

async function assertRepaired(stage: Stage): Promise<void> {
  const clean = await runSync(stage);
  assert.equal(clean.exitCode, 0, clean.err);
  await stage.look(async (db) => {
    assertSame(await outcomeOf(db), undisturbed.outcome, "after a clean sync");
    await assertHonest(db, stage.simulator.world, WEARER, "after a clean sync");
    assert.ok((await runRecords(db)).every(({ state }) => state !== "running"));
  });
}

/** Every session of the server feels it at once, those that a pooler keeps too. */
async function setReadOnly(stage: Stage, on: boolean): Promise<void> {
  const name = "default_transaction_read_only";
  await asSuperuser(cluster.address, [
    on ? `ALTER SYSTEM SET ${name} = on` : `ALTER SYSTEM RESET ${name}`,
    "SELECT pg_reload_conf()",
  ]);
  const isOn = () =>
    stage.look(async (db) =>
      (await db.query<{ on: boolean }>(`SELECT current_setting('${name}') = 'on' AS on`)).rows[0]!
        .on
    );
  while (await isOn() !== on) await pause(10);
}

for (const way of waysTo("PgBouncer")) {
  Deno.test(
    `a database that turns read-only: exit 5, says so, nothing half-written [${way}]`,
    STRICT,
    () =>
      withStage({ simulator, way, cluster: cluster.address }, async (stage) => {
        await setReadOnly(stage, true);
        assertRefused(await runSync(stage), "DATABASE_READ_ONLY");
        await setReadOnly(stage, false);
        await stage.look(async (db) => {
          const { rows } = await db.query("SELECT FROM pg_namespace WHERE nspname = 'oura'");
          assert.equal(rows.length, 0);
        });

        const turn = onceAfter(undisturbed.requests / 2, () => setReadOnly(stage, true));
        assertRefused(await disturbed(stage, turn), "DATABASE_READ_ONLY");
        await setReadOnly(stage, false);
        await stage.look((db) => assertHonest(db, stage.simulator.world, WEARER, "read-only"));
        await assertRepaired(stage);
      }),
  );
}

for (const way of waysTo("direct")) {
  const options = { simulator, way, cluster: cluster.address };

  Deno.test(
    `missing rights: exit 5 names what is missing, nothing half-written [${way}]`,
    STRICT,
    () =>
      withStage(options, async (stage) => {
        const { address, database } = stage.server;
        const role = `reader_${database}`;
        const url = new URL(stage.env.DATABASE_URL!);
        url.username = role;
        const asReader = {
          directory: stage.directory,
          env: { ...stage.env, DATABASE_URL: url.href },
        };
        await asSuperuser(address, [`CREATE ROLE ${role} LOGIN`]);
        assertRefused(await runSync(asReader), "DATABASE_FORBIDDEN");
        assert.equal((await runSync(stage)).exitCode, 0);
        await asSuperuser(address, [
          `GRANT USAGE ON SCHEMA oura TO ${role}`,
          `GRANT SELECT ON ALL TABLES IN SCHEMA oura TO ${role}`,
        ], database);
        assertRefused(await runSync(asReader), "DATABASE_FORBIDDEN");

        // All rights but those on one table: that one cannot be written, and the run says so.
        await asSuperuser(address, [
          `GRANT ALL ON ALL TABLES IN SCHEMA oura TO ${role}`,
          `REVOKE ALL ON oura.heart_rate FROM ${role}`,
          "DELETE FROM oura.heart_rate",
          "DELETE FROM oura.sync_windows WHERE data_type = 'heart_rate'",
        ], database);
        const refused = await runSync(asReader);
        assertRefused(refused, "DATABASE_FORBIDDEN");
        assert.match(refused.err, /heart_rate/);
        await stage.look((db) => assertHonest(db, stage.simulator.world, WEARER, "without rights"));
        await assertRepaired(stage);
        await asSuperuser(address, [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`], database);
      }),
  );

  Deno.test(
    `a full disk: exit 5, says so, and goes on where it stopped once there is room [${way}]`,
    STRICT,
    async () => {
      await using disk = await smallDisk();
      const { address } = cluster;
      await asSuperuser(address, disk.create);
      await withStage(
        { ...options, prepare: (database) => disk.prepare(database) },
        async (stage) => {
          await disk.fill(stage);
          assertRefused(await runSync(stage), "DATABASE_FULL");
          await stage.look((db) =>
            assertHonest(db, stage.simulator.world, WEARER, "on a full disk")
          );
          await disk.free(stage);
          await assertRepaired(stage);
        },
      );
      await asSuperuser(address, disk.drop);
    },
  );
}
