/** A long archive with the flags of the task: all of it is in, and memory does not grow with it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../../lib/db/driver/open.ts";
import { V8_FLAGS } from "../../tools/deno_config.ts";
import { ROWS_A_DAY, TIMELESS_A_DAY, writeLongArchive } from "../support/long_archive.ts";
import { createDatabase } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

/** Six years in the soak: 7.5 million rows. */
const DAYS = SOAK ? 2_190 : 60;
/** The budget of the design. */
const MOST_MIB = 200;

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

Deno.test(`an archive of ${DAYS} days is imported in at most ${MOST_MIB} MiB`, async () => {
  await using place = await temporaryDirectory();
  const database = await createDatabase();
  try {
    const path = `${place.path}/data.zip`;
    await writeLongArchive(path, DAYS);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", V8_FLAGS, "--no-check", "-A", MAIN, "import", path, "--user-id=me", "--json"],
      cwd: place.path,
      env: { DATABASE_URL: database.url, LOG_LEVEL: "warning" },
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const peak = watchMemory(child.pid);
    const { code, stdout } = await child.output();
    const mostKib = peak();
    assert.equal(code, 0);
    const { types } = JSON.parse(new TextDecoder().decode(stdout));
    const total = (name: "inserted" | "rejected") =>
      types.reduce((sum: number, type: Record<typeof name, number>) => sum + type[name], 0);
    assert.equal(total("inserted"), DAYS * ROWS_A_DAY);
    assert.equal(total("rejected"), DAYS * TIMELESS_A_DAY);
    const db = await openDatabase({ kind: "url", url: database.url }, { schema: "oura" });
    const { rows } = await db.query<{ samples: number; stored: number }>(
      `SELECT (SELECT sum(samples)::int FROM oura.heart_rate_hours) AS samples,
        (SELECT count(*)::int FROM oura.heart_rate) AS stored`,
    );
    await db.close();
    assert.equal(rows[0]!.samples, rows[0]!.stored, "the hours are rolled up");
    if (mostKib !== null) assert.ok(mostKib < MOST_MIB * 1024, `${mostKib} KiB`);
  } finally {
    await database.drop();
  }
});

/** The kernel's own high-water mark, looked at until the process is gone; null where there is none. */
function watchMemory(pid: number): () => number | null {
  let peak: number | null = null;
  const timer = setInterval(async () => {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peak) || peak;
  }, 50);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
