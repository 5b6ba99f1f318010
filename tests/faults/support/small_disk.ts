/** A disk so small that a sync fills it. */
import assert from "node:assert/strict";
import { asSuperuser } from "../../support/postgres.ts";
import { postgresBinaries } from "../../support/postgres_binaries.ts";
import type { Stage } from "./stage.ts";
import { runSync } from "./sync_program.ts";

/** A disk that can be filled up. */
export interface SmallDisk extends AsyncDisposable {
  /** Statements that make it known to the server, and that remove it there. */
  create: string[];
  drop: string[];
  /** Put a database onto it. */
  prepare(database: string): string[];
  fill(stage: Stage): Promise<void>;
  free(stage: Stage): Promise<void>;
}

/**
 * A tablespace on a tmpfs of its own, where mounting is allowed; elsewhere a trigger that refuses
 * samples with the error a full disk makes.
 */
export async function smallDisk(): Promise<SmallDisk> {
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
      create: [],
      drop: [],
      prepare: () => [],
      fill: (stage) => refuseSamples(stage),
      free: ({ server }) =>
        asSuperuser(server.address, ["DROP TRIGGER full ON oura.heart_rate"], server.database),
      [Symbol.asyncDispose]: remove,
    };
  }
  return {
    create: [`CREATE TABLESPACE small LOCATION '${directory}'`],
    drop: ["DROP TABLESPACE small"],
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
