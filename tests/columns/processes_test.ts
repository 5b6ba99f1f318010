import assert from "node:assert/strict";
import { TextLineStream } from "./text_lines.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { withPostgres } from "../support/server_database.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { applyYaml, pending, values } from "./support.ts";
import { BARE, countFilled, storeSamples, WITH_BPM } from "./samples.ts";

const PROGRAM = new URL("./apply_program.ts", import.meta.url).pathname;
const options = { sanitizeOps: true, sanitizeResources: true };

function start(url: string, batchRows: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", PROGRAM, url, WITH_BPM, String(batchRows)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("apply killed in the middle goes on where it was", options, async () => {
  await withPostgres("oura", async (db, url) => {
    await migrate(db);
    await applyYaml(db, BARE);
    await storeSamples(db, 20_000);
    const child = start(url, 100);
    let batches = 0;
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      if (line.startsWith("batch") && ++batches === 5) child.kill("SIGKILL");
    }
    const { signal } = await child.status;
    assert.equal(signal, "SIGKILL");
    const before = await countFilled(db);
    assert.ok(before.filled >= 500 && before.missing > 0, "it was killed in the middle");
    assert.deepEqual(await pending(db, WITH_BPM), ["refill"]);

    const report = await applyYaml(db, WITH_BPM, { lifeOf: () => Promise.resolve("dead") });
    assert.deepEqual(await countFilled(db), { filled: 20_000, missing: 0 });
    assert.equal(report.refills[0]!.rows, before.missing, "what was filled is not read again");
    assert.deepEqual(await pending(db, WITH_BPM), []);
  });
});

Deno.test("two applies at once: one does the work, the other waits", options, async () => {
  await withPostgres("oura", async (db, url) => {
    await migrate(db);
    await applyYaml(db, BARE);
    await storeSamples(db, 5_000);
    // Both wait for the same moment.
    const first = await acquireLeases(db, "*", ["columns"], { holder: "first" });
    const children = [start(url, 50), start(url, 50)].map((child) => ({
      lines: child.stdout.pipeThrough(new TextLineStream())[Symbol.asyncIterator](),
      child,
    }));
    for (const { lines } of children) assert.equal((await lines.next()).value, "waiting");
    await first[Symbol.asyncDispose]();
    const outcomes = await Promise.all(children.map(async ({ lines, child }) => {
      let last: string | undefined;
      for (let line = await lines.next(); !line.done; line = await lines.next()) last = line.value;
      return { code: (await child.status).code, applied: /applied (\d+)/.exec(last ?? "")?.[1] };
    }));
    assert.deepEqual(outcomes.map(({ code }) => code), [0, 0]);
    assert.deepEqual(outcomes.map(({ applied }) => applied).sort(), ["0", "1"]);
    assert.deepEqual(await countFilled(db), { filled: 5_000, missing: 0 });
    assert.deepEqual(await values(db, "column_changes", "description"), [
      "add heart_rate.bpm integer from bpm",
    ]);
  });
});

Deno.test("apply says who is at work when it need not wait", options, async () => {
  await withPostgres("oura", async (db) => {
    await migrate(db);
    await db.query(
      `INSERT INTO oura.sync_leases VALUES ('*', 'columns', 'first', now(), now() + interval '1 h')`,
    );
    await assert.rejects(
      () =>
        applyYaml(db, BARE, {
          holder: "second",
          waitMs: 0,
          lifeOf: () => Promise.resolve("alive"),
        }),
      { code: "APPLY_BUSY", exitCode: 75, message: /first/ },
    );
  });
});

Deno.test(
  "apply that waits for another ends with the reason it is stopped for",
  options,
  async () => {
    await withPostgres("oura", async (db) => {
      await migrate(db);
      await db.query(
        `INSERT INTO oura.sync_leases VALUES ('*', 'columns', 'first', now(), now() + interval '1 h')`,
      );
      const controller = new AbortController();
      const reason = new InterruptedError("SIGINT");
      const stopped = applyYaml(db, BARE, {
        holder: "second",
        lifeOf: () => Promise.resolve("alive"),
        onWait: () => controller.abort(reason),
        signal: controller.signal,
      });
      await assert.rejects(stopped, (error) => error === reason);
    });
  },
);
