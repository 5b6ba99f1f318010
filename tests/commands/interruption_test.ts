import assert from "node:assert/strict";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { Run } from "../support/run.ts";
import { type Desk, readyDeskTest } from "./support.ts";

const SYNC_AGAIN = ["sync", "--full-refresh", "--types", "daily_sleep"];

function environmentOf(desk: Desk): Record<string, string> {
  return {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
    LOG_LEVEL: "info",
  };
}

/** Runs `body` while another session holds the table of `daily_sleep`. */
async function whileLocked(
  desk: Desk,
  body: (someoneWaits: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const connection = { kind: "url", url: desk.databaseUrl } as const;
  const db = await openPostgres(connection, { schema: "oura", poolSize: 2 });
  const waiting = "SELECT 1 FROM pg_stat_activity " +
    "WHERE wait_event_type = 'Lock' AND datname = current_database()";
  try {
    await db.transaction(async (tx) => {
      await tx.exec("LOCK TABLE oura.daily_sleep");
      await body(async () => {
        while ((await db.query(waiting)).rowCount === 0);
      });
    });
  } finally {
    await db.close();
  }
}

if (Deno.build.os !== "windows") {
  readyDeskTest("Ctrl-C is reported in one line, and in the report", async (desk) => {
    const { directory, oura } = desk;
    // Nothing but personal_info gets an answer in time.
    oura.simulator.faults.add({ kind: "latency", match: "/(sleep|tag|workout)", delayMs: 60_000 });
    const run = new Run({
      directory,
      env: environmentOf(desk),
    }, ["sync", "--types", "sleep,tag,workout,personal_info"]);
    await run.says(/personal_info: 1 inserted/);
    run.kill("SIGINT");
    const { exitCode, out, err } = await run.end();
    assert.equal(exitCode, 4, err);
    const told = err.split("\n").filter((line) => /stopped|ERROR/i.test(line));
    assert.deepEqual(told, [
      "oura-sync: Stopped by SIGINT; the next run continues from here [INTERRUPTED]",
    ]);
    assert.match(out, /^workout +stopped /m);
    assert.match(out, /^personal_info +done /m);
  });

  readyDeskTest("a sync that waits for a lock ends at the first signal", async (desk) => {
    const env = environmentOf(desk);
    const first = await desk.run(["sync", "--types", "daily_sleep"], env);
    assert.equal(first.exitCode, 0, first.err);
    await whileLocked(desk, async (someoneWaits) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        const run = new Run({ directory: desk.directory, env }, SYNC_AGAIN);
        await someoneWaits();
        run.kill(signal);
        const { exitCode, err } = await run.end();
        assert.equal(exitCode, 4, err);
        assert.match(err, /^Stopping: waiting for the database .* again to stop now\.$/m);
        assert.match(err, new RegExp(`^oura-sync: Stopped by ${signal}; .*INTERRUPTED\\]$`, "m"));
        assert.doesNotMatch(err, /57014|DATABASE_/);
      }
    });
    const next = await desk.run(["sync", "--types", "daily_sleep"], env);
    assert.equal(next.exitCode, 0, next.err);
  });

  readyDeskTest("sync --every ends while a run waits for a lock", async (desk) => {
    const env = environmentOf(desk);
    const first = await desk.run(["sync", "--types", "daily_sleep"], env);
    assert.equal(first.exitCode, 0, first.err);
    await whileLocked(desk, async (someoneWaits) => {
      const run = new Run({ directory: desk.directory, env }, [...SYNC_AGAIN, "--every", "1h"]);
      await someoneWaits();
      run.kill("SIGTERM");
      const { exitCode, err } = await run.end();
      assert.equal(exitCode, 4, err);
      assert.equal(err.match(/Stopping: /g)?.length, 1, err);
    });
  });

  for (const [second, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    readyDeskTest(`a second signal, ${second}, ends the process at once`, async (desk) => {
      // Holds up the end of the run, where nothing else does.
      const answers = Promise.withResolvers<Response>();
      await using monitor = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        async () => (await answers.promise).clone(),
      );
      const run = new Run({
        directory: desk.directory,
        env: {
          ...environmentOf(desk),
          HEALTHCHECK_URL: `http://127.0.0.1:${monitor.addr.port}/check`,
        },
      }, ["sync", "--types", "daily_sleep"]);
      desk.oura.simulator.faults.add({ kind: "latency", match: "/daily_sleep", delayMs: 60_000 });
      await run.says(/windows across 1 data types/);
      run.kill(second === "SIGINT" ? "SIGTERM" : "SIGINT");
      await run.says(/Stopping: /);
      run.kill(second);
      const { exitCode, err } = await run.end();
      answers.resolve(new Response());
      assert.equal(exitCode, code, err);
    });
  }

  readyDeskTest(
    "one Ctrl-C that comes twice, as under deno task, ends work in order",
    async (desk) => {
      desk.oura.simulator.faults.add({ kind: "latency", match: "/daily_sleep", delayMs: 60_000 });
      const run = new Run(
        { directory: desk.directory, env: environmentOf(desk) },
        ["sync", "--types", "daily_sleep"],
      );
      await run.says(/windows across 1 data types/);
      run.kill("SIGINT");
      run.kill("SIGINT");
      const { exitCode, err } = await run.end();
      assert.equal(exitCode, 4, err);
    },
  );
}
