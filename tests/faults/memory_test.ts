/** A long history needs no more memory than a short one. */
import assert from "node:assert/strict";
import { sharedCluster } from "../support/postgres.ts";
import { SOAK } from "../support/soak.ts";
import { WEARER, withStage } from "./support/stage.ts";
import { SyncProgram } from "./support/sync_program.ts";

await sharedCluster();

/** Peak resident memory in kB of a sync of so many days of heart rate. */
async function peakOf(days: number): Promise<number> {
  let peak = 0;
  await withStage({ simulator: { users: [{ id: WEARER }], days } }, async (stage) => {
    const today = Temporal.Now.plainDateISO("UTC");
    const span = ["--start-date", today.subtract({ days }).toString()];
    const program = new SyncProgram(stage, ["--types", "heart_rate", ...span]);
    let over = false;
    void program.ended.then(() => over = true);
    while (!over) {
      peak = Math.max(peak, await highWaterMark(program.pid));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { exitCode, err } = await program.ended;
    assert.equal(exitCode, 0, err);
    const rows = await stage.look(async (db) =>
      (await db.query<{ n: number }>("SELECT count(*)::int AS n FROM oura.heart_rate")).rows[0]!.n
    );
    assert.ok(rows > days * 200, `${rows} rows of ${days} days`);
  });
  return peak;
}

/** The kernel's own record of the peak, so that nothing between two looks is missed. */
async function highWaterMark(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
}

/** A push compares 12 months with 3, the nightly soak 10 years with one. */
const [SHORT, LONG] = SOAK ? [365, 3_650] : [90, 12 * 30];

Deno.test("a long history of heart rate peaks no higher than a short one", {
  sanitizeOps: true,
  sanitizeResources: true,
  ignore: Deno.build.os !== "linux",
}, async () => {
  const short = await peakOf(SHORT);
  const long = await peakOf(LONG);
  assert.ok(short > 0);
  assert.ok(long <= short * 1.25, `${long} kB after ${short} kB`);
});
