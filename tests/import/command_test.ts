/** The real program: what it prints, that it can be killed anywhere, and who the wearer is. */
import assert from "node:assert/strict";
import { createWorld, exportZip } from "../../simulator/mod.ts";
import { Random } from "../../simulator/world/random.ts";
import { openDatabase } from "../../lib/db/driver/open.ts";
import { runInProcess } from "../support/in_process.ts";
import { createDatabase } from "../support/postgres.ts";
import { type Ended, Run } from "../support/run.ts";
import { SOAK } from "../support/soak.ts";

const NOW = "2026-07-30T12:00:00Z";
const TABLES = [
  "daily_sleep",
  "sleep",
  "heart_rate",
  "skin_temperature",
  "sleep_hrv",
  "step_count",
];

interface Desk {
  readonly directory: string;
  /** A command typed in this process. */
  type(...args: string[]): Promise<Ended>;
  /** The program started beside it, to be killed. */
  run(...args: string[]): Run;
  /** A digest of each table. */
  content(): Promise<string[]>;
}

async function withDesk(days: number, body: (desk: Desk) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const database = await createDatabase();
  try {
    const world = createWorld({ days, now: NOW });
    const zip = await exportZip(world, { user: "wearer-1", era: "quoted" });
    await Deno.writeFile(`${directory}/data.zip`, zip);
    const place = { directory, env: { DATABASE_URL: database.url } };
    await body({
      directory,
      type: (...args) => runInProcess(place, args),
      run: (...args) => new Run(place, args),
      async content() {
        const db = await openDatabase({ kind: "url", url: database.url }, { schema: "oura" });
        const digests: string[] = [];
        for (const table of TABLES) {
          const instant = "'created_at' - 'updated_at' - 'id'";
          const { rows } = await db.query<{ digest: string }>(
            `SELECT count(*) || ' ' || md5(string_agg(row, ',' ORDER BY row)) AS digest
            FROM (SELECT (to_jsonb(t) - ${instant})::text AS row FROM oura."${table}" t) AS r`,
          );
          digests.push(`${table} ${rows[0]!.digest}`);
        }
        await db.close();
        return digests;
      },
    });
  } finally {
    await database.drop();
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("import creates a wearer who never signed in, and prints counts without values", async () => {
  await withDesk(5, async ({ directory, type }) => {
    const archive = `${directory}/data.zip`;
    const nameless = await type("import", archive);
    assert.equal(nameless.exitCode, 2);
    assert.match(nameless.err, /--user-id me/);
    const dry = await type("import", archive, "--user-id", "me", "--dry-run");
    assert.equal(dry.exitCode, 0, dry.err);
    assert.match(dry.out, /nothing is written/);
    const first = await type("import", archive, "--user-id", "me", "--json");
    assert.equal(first.exitCode, 0, first.err);
    const report = JSON.parse(first.out);
    assert.equal(report.userId, "me");
    assert.ok(report.types.length > 15);
    const status = await type("status");
    assert.equal(status.exitCode, 0, status.err);
    assert.match(status.out, /wearer me/);
    assert.match(status.out, /skin_temperature +import/);
    const again = await type("import", archive);
    assert.equal(again.exitCode, 0, "the only wearer is meant");
  });
});

const KILLS = SOAK ? 20 : 3;
const DAYS = SOAK ? 20 : 10;

Deno.test("an import that is killed again and again ends as one that was not", async () => {
  let whole: string[] = [];
  let durationMs = 0;
  await withDesk(DAYS, async ({ run, content }) => {
    const began = performance.now();
    assert.equal((await run("import", "data.zip", "--user-id", "me").end()).exitCode, 0);
    durationMs = performance.now() - began;
    whole = await content();
  });
  await withDesk(DAYS, async ({ run, content }) => {
    const random = new Random(7);
    let longestMs = durationMs;
    let killed = 0;
    while (killed < KILLS) {
      const program = run("import", "data.zip", "--user-id", "me");
      const ended = program.end();
      const delayMs = random.int(Math.round(longestMs / 5), Math.round(longestMs));
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      try {
        program.kill("SIGKILL");
      } catch {
        // It had ended by itself.
      }
      if ((await ended).exitCode === 137) killed++;
      // Less is left to do with each run, so it has to be killed earlier.
      else longestMs *= 0.7;
    }
    const last = await run("import", "data.zip", "--user-id", "me").end();
    assert.equal(last.exitCode, 0, last.err);
    assert.deepEqual(await content(), whole);
  });
});
