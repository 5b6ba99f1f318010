import assert from "node:assert/strict";
import { addDays, utcDay } from "../../lib/values/days.ts";
import { type RunningSimulator, staticToken } from "../../simulator/mod.ts";
import { runInProcess } from "../support/in_process.ts";
import { createDatabase, sharedCluster } from "../support/postgres.ts";
import type { Ended } from "../support/run.ts";
import { withSimulator } from "../support/sync_world.ts";

// Started here: the sanitizers of the first test would take it for a leak.
await sharedCluster();

const strict = { sanitizeOps: true, sanitizeResources: true };
const TODAY = utcDay(new Date());
const CONFIG = `
version: 1
defaults: { window: { initial: 4d, lookback: 2d } }
contract: { max_rejects: 100% }
data_types:
  daily_sleep: { columns: { score: score } }
  daily_stress: { columns: { day_summary: day_summary } }
  workout: { columns: { activity: activity } }
`;

interface Scene {
  oura: RunningSimulator;
  /** What the monitor was told: paths behind its URL. */
  told: string[];
  program(args: readonly string[], env?: Record<string, string>): Promise<Ended>;
}

/** Commands with a database, a simulated Oura and a monitor of their own. */
async function onScene(body: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-operations-" });
  await Deno.writeTextFile(`${directory}/oura.yaml`, CONFIG);
  const { url, drop } = await createDatabase();
  const told: string[] = [];
  const monitor = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    told.push(new URL(request.url).pathname.replace("/check", ""));
    return new Response("OK");
  });
  try {
    await withSimulator({ users: [{ id: "one", zone: "UTC" }], days: 30 }, (oura) => {
      const settings = {
        DATABASE_URL: url,
        OURA_DATA_DIR: `${directory}/data`,
        OURA_API_URL: oura.url,
        OURA_ACCESS_TOKEN: staticToken("one"),
        HEALTHCHECK_URL: `http://127.0.0.1:${monitor.addr.port}/check`,
      };
      const program = (args: readonly string[], env: Record<string, string> = {}) =>
        runInProcess({ directory, env: { ...settings, ...env } }, args);
      return body({ oura, told, program });
    });
  } finally {
    await monitor.shutdown();
    await drop();
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test(
  "every end of a run is told to the monitor, those before the sync too",
  strict,
  () =>
    onScene(async ({ oura, told, program }) => {
      const ends = async (run: Promise<Ended>, exitCode: number, end: string) => {
        told.length = 0;
        const { exitCode: actual, err } = await run;
        assert.equal(actual, exitCode, err);
        assert.deepEqual(told, ["/start", end]);
      };
      await ends(program(["sync"]), 0, "");
      oura.simulator.faults.add({ kind: "status", match: "/workout", status: 400 });
      await ends(program(["sync"]), 4, "/4");
      await ends(program(["sync"], { OURA_ACCESS_TOKEN: "dead" }), 3, "/3");
      const gone = "postgres://postgres@127.0.0.1:1/none?sslmode=disable";
      await ends(program(["sync"], { DATABASE_URL: gone }), 5, "/5");
      await ends(program(["sync", "--types", "nonsense"]), 2, "/2");
      const limited = { kind: "rateLimit" as const, seconds: 60 };
      oura.simulator.faults.clear();
      oura.simulator.faults.add(limited);
      await ends(
        program(["backfill", "--from", TODAY, "--to", TODAY, "--patience", "2s"]),
        6,
        "/6",
      );
      told.length = 0;
      oura.simulator.faults.clear();
      const rehearsed = await program(["sync", "--dry-run"]);
      assert.equal(rehearsed.exitCode, 0);
      assert.match(rehearsed.out, /^wearer \w+: dry run, would fetch [1-9]\d* windows$/m);
      assert.deepEqual(told, []);
    }),
);

Deno.test(
  "backfill, gaps, status and rejects, from the command line",
  strict,
  () =>
    onScene(async ({ oura, program }) => {
      const json = async (...args: string[]) => {
        const { exitCode, out, err } = await program([...args, "--json"]);
        assert.equal(exitCode, 0, err);
        return JSON.parse(out);
      };
      const nobody = await program(["gaps"]);
      assert.deepEqual([nobody.exitCode, nobody.out.trim()], [0, ""]);
      assert.match(nobody.err, /auth login/);

      oura.simulator.faults.add({
        kind: "malform",
        match: "/daily_stress\\?",
        field: "day_summary",
        value: [7],
      });
      const first = await json("sync");
      const old = { from: addDays(TODAY, -20), to: addDays(TODAY, -10) };
      const unread = (found: { gaps: { cause: string }[] }) =>
        found.gaps.filter(({ cause }) => cause === "never_fetched").length;
      const range = ["--from", old.from, "--to", old.to];
      assert.ok(unread(await json("gaps", ...range)) > 0);
      assert.match((await program(["gaps", ...range])).out, /never fetched/);

      const filled = await json("backfill", ...range, "--types", "daily_sleep,workout");
      assert.ok(filled.counts.inserted > 0);
      const again = await json("backfill", ...range, "--types", "daily_sleep,workout");
      assert.equal(again.counts.inserted + again.counts.unchanged, 0, "nothing is fetched twice");
      assert.equal(unread(await json("gaps", ...range, "--types", "daily_sleep,workout")), 0);
      const since = ["--from", addDays(TODAY, -30), "--types", "workout"];
      await json("backfill", ...since);
      assert.equal(unread(await json("gaps", ...since)), 0, "without --to it goes up to today");

      const { rejects } = await json("rejects", "list");
      const [reject] = rejects;
      assert.deepEqual(
        [reject.dataType, reject.path, reject.runId, reject.state],
        ["daily_stress", "day_summary", first.runId, "open"],
      );
      assert.ok(rejects.every((one: object) => !("document" in one)));
      const shown = await json("rejects", "show", String(reject.id));
      assert.deepEqual(shown.document.day_summary, [7]);
      assert.match(
        (await program(["rejects", "show", String(reject.id)])).out,
        /"day_summary": \[/,
      );
      const retried = await program(["rejects", "retry", "--json"]);
      assert.equal(retried.exitCode, 4);
      assert.equal(JSON.parse(retried.out).types[0].remaining, rejects.length);
      assert.equal((await program(["rejects", "discard"])).exitCode, 2);
      assert.equal((await program(["rejects", "show", "999999"])).exitCode, 2);
      assert.deepEqual(await json("rejects", "discard", String(reject.id)), { discarded: 1 });
      await json("rejects", "discard", "--types", "daily_stress");
      assert.deepEqual(await json("rejects", "list"), { rejects: [] });

      const status = await json("status");
      const [wearer] = status.wearers;
      assert.deepEqual(Object.keys(status), ["database", "checkedAt", "wearers", "work"]);
      assert.deepEqual([wearer.userId, wearer.verdict, wearer.lastRun.command], [
        "one",
        "fresh",
        "rejects retry",
      ]);
      assert.deepEqual(wearer.types.map(({ verdict }: { verdict: string }) => verdict), [
        "fresh",
        "fresh",
        "fresh",
      ]);
      assert.match((await program(["status"])).out, /wearer one: fresh/);
    }),
);

Deno.test(
  "backfill says what is wrong with its options",
  strict,
  () =>
    onScene(async ({ program }) => {
      const refused = async (args: string[], says: RegExp) => {
        const { exitCode, err } = await program(["backfill", ...args]);
        assert.equal(exitCode, 2);
        assert.match(err, says);
      };
      await refused(["--to", TODAY], /--from/);
      await refused(["--from", TODAY, "--to", "2020-01-01"], /after/);
      await refused(["--from", "2020-02-30", "--to", TODAY], /not a calendar day/);
      await refused(["--from", TODAY, "--to", TODAY, "--patience", "soon"], /90s, 15m or 2h/);
    }),
);
