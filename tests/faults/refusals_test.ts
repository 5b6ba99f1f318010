/** A database that answers, and refuses: read-only, missing rights, a full disk. */
import assert from "node:assert/strict";
import { asSuperuser, Cluster, sharedCluster } from "../support/postgres.ts";
import { postgresBinaries } from "../support/postgres_binaries.ts";
import { assertHonest, assertSame, outcomeOf, runRecords } from "./support/reckoning.ts";
import { awayFromMidnight, type Stage, WEARER, withStage } from "./support/stage.ts";
import { type Ended, runSync } from "./support/sync_program.ts";
import { undisturbed } from "./support/undisturbed.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };

await sharedCluster();
await awayFromMidnight();

const simulator = { now: new Date() };
const reference = await undisturbed({ simulator });
const cluster = await Cluster.start();

function assertRefused({ exitCode, err }: Ended, code: string): void {
  assert.equal(exitCode, 5, err);
  assert.ok(err.includes(`[${code}]`), err);
  assert.doesNotMatch(err, /^\s+at /m, "no stack trace");
}

async function assertMended(stage: Stage): Promise<void> {
  const clean = await runSync(stage);
  assert.equal(clean.exitCode, 0, clean.err);
  await stage.look(async (db) => {
    assertSame(await outcomeOf(db), reference.outcome, "after a clean sync");
    await assertHonest(db, stage.simulator.world, WEARER, "after a clean sync");
    assert.ok((await runRecords(db)).every(({ state }) => state !== "running"));
  });
}

Deno.test(
  "a database that turns read-only: exit 5, says so, nothing half-written",
  STRICT,
  () =>
    withStage({ simulator }, async (stage) => {
      const { address, database } = stage.server;
      const readOnly = (on: boolean) =>
        asSuperuser(address, [
          `ALTER DATABASE ${database} SET default_transaction_read_only = ${on}`,
        ]);
      await readOnly(true);
      assertRefused(await runSync(stage), "DATABASE_READ_ONLY");
      await readOnly(false);
      await stage.look(async (db) => {
        const { rows } = await db.query("SELECT FROM pg_namespace WHERE nspname = 'oura'");
        assert.equal(rows.length, 0);
      });
      assert.equal((await runSync(stage)).exitCode, 0);
      await readOnly(true);
      assertRefused(await runSync(stage), "DATABASE_READ_ONLY");
      await readOnly(false);
      await assertMended(stage);
    }),
);

Deno.test(
  "missing rights: exit 5 names what is missing, nothing half-written",
  STRICT,
  () =>
    withStage({ simulator }, async (stage) => {
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
      await assertMended(stage);
      await asSuperuser(address, [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`], database);
    }),
);

Deno.test(
  "a full disk: exit 5, says so, and goes on where it stopped once there is room",
  STRICT,
  async () => {
    await using disk = await smallDisk();
    const { address } = cluster;
    await asSuperuser(address, disk.statements);
    await withStage({
      simulator,
      cluster: address,
      prepare: (database) => disk.prepare(database),
    }, async (stage) => {
      await disk.fill(stage);
      assertRefused(await runSync(stage), "DATABASE_FULL");
      await stage.look((db) => assertHonest(db, stage.simulator.world, WEARER, "on a full disk"));
      await disk.free(stage);
      await assertMended(stage);
    });
    await asSuperuser(address, disk.farewell);
  },
);

interface SmallDisk extends AsyncDisposable {
  statements: string[];
  farewell: string[];
  prepare(database: string): string[];
  fill(stage: Stage): Promise<void>;
  free(stage: Stage): Promise<void>;
}

/**
 * A tablespace on a tmpfs of its own, where mounting is allowed; elsewhere a trigger that refuses
 * samples with the error a full disk makes.
 */
async function smallDisk(): Promise<SmallDisk> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-disk-" });
  const mounted = await succeeds("mount", ["-t", "tmpfs", "-o", "size=24m", "none", directory]);
  const { runAs } = await postgresBinaries();
  if (mounted && runAs) await Deno.chown(directory, runAs.uid, runAs.gid);
  const ballast = `${directory}/ballast`;
  const remove = async () => {
    if (mounted) await succeeds("umount", [directory]);
    await Deno.remove(directory, { recursive: true });
  };
  if (!mounted) {
    return {
      statements: [],
      farewell: [],
      prepare: () => [],
      fill: (stage) => refuseSamples(stage),
      free: ({ server }) =>
        asSuperuser(server.address, ["DROP TRIGGER full ON oura.heart_rate"], server.database),
      [Symbol.asyncDispose]: remove,
    };
  }
  return {
    statements: [`CREATE TABLESPACE small LOCATION '${directory}'`],
    farewell: ["DROP TABLESPACE small"],
    prepare: (database) => [`ALTER DATABASE ${database} SET TABLESPACE small`],
    // Room for the tables, not for what comes into them.
    fill: async (stage) => {
      assert.equal((await runSync(stage, ["--types", "personal_info"])).exitCode, 0);
      await succeeds("dd", ["if=/dev/zero", `of=${ballast}`, "bs=8k"]);
    },
    free: () => Deno.remove(ballast),
    [Symbol.asyncDispose]: remove,
  };
}

async function refuseSamples(stage: Stage): Promise<void> {
  const { address, database } = stage.server;
  assert.equal((await runSync(stage, ["--types", "personal_info"])).exitCode, 0);
  await asSuperuser(address, [
    `CREATE FUNCTION oura.full() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
    `CREATE TRIGGER full BEFORE INSERT ON oura.heart_rate EXECUTE FUNCTION oura.full()`,
  ], database);
}

async function succeeds(program: string, args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
