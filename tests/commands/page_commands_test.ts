/** `report` and `dashboard`, run in this process against a synced database. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { withPostgres } from "../support/server_database.ts";
import { WEARER, withPageWorld } from "../support/page_world.ts";
import { runInProcess } from "../support/in_process.ts";
import { Run } from "../support/run.ts";
import { temporaryDirectory } from "../support/temporary_directory.ts";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function ran(databaseUrl: string, ...args: string[]): Promise<Ran> {
  const surroundings = { directory: Deno.cwd(), env: { DATABASE_URL: databaseUrl } };
  const { exitCode, ...lines } = await runInProcess(surroundings, [
    ...args,
    "--env-file",
    "/dev/null",
  ]);
  return { code: exitCode, ...lines };
}

Deno.test("report writes one file that needs nothing else, and the same as Markdown and JSON", async (t) => {
  await using temporary = await temporaryDirectory();
  const directory = temporary.path;
  await withPostgres("oura", async (db, url) => {
    const empty = await ran(url, "report", "--format", "json");
    assert.equal(empty.code, 2);
    assert.equal(JSON.parse(empty.out).error.code, "NOTHING_TO_REPORT");
    await withPageWorld(db, { days: 40, heartDays: 2 }, async () => {
      const span = ["--from", "2026-10-28", "--to", "2026-11-24", "--locale", "en-GB"];
      const file = join(directory, "report.html");

      await t.step("HTML has no script, no request and every section", async () => {
        const { code, out } = await ran(url, "report", ...span, "--out", file);
        assert.deepEqual([code, out], [0, `${file}\n`]);
        const html = await Deno.readTextFile(file);
        assert.doesNotMatch(html, /<script|\son\w+=|<link|@import|url\(\s*["']?https?:/);
        assert.doesNotMatch(html, /src=|href="http/);
        for (
          const title of [
            "Sleep",
            "Heart",
            "What changed",
            "Nights from bed to wake",
            "How the figures were made",
          ]
        ) {
          assert.ok(html.includes(`<h2>${title}</h2>`), title);
        }
        assert.ok(html.match(/<svg/g)!.length > 8);
        assert.match(html, /HRV \(RMSSD\)/);
        const { mode } = await Deno.stat(file);
        assert.equal(mode! & 0o077, 0, "only its owner may read it");
      });

      await t.step("JSON is the view model, and its figures are in the Markdown", async () => {
        const model = JSON.parse((await ran(url, "report", ...span, "--format", "json")).out);
        const [score] = model.sections[0].figures;
        assert.equal(score.metric.id, "daily_sleep.score");
        assert.equal(model.days.length, 28);
        const { out } = await ran(url, "report", ...span, "--format", "md");
        const row = new RegExp(`^\\| Sleep score \\| ${Math.round(score.summary.median)} \\|`, "m");
        assert.match(out, row);
      });

      await t.step("mistakes are named", async () => {
        const codes: [string[], RegExp][] = [
          [["--locale", "no such language"], /\[BAD_LOCALE\]/],
          [["--from", "2001-01-01"], /\[SPAN_TOO_LONG\]/],
          [["--user-id", "somebody"], /\[UNKNOWN_WEARER\]/],
          [["--out", join(directory, "missing", "report.html")], /\[REPORT_UNWRITABLE\]/],
        ];
        for (const [args, pattern] of codes) {
          const { code, err } = await ran(url, "report", ...args);
          assert.equal(code, 2, args.join(" "));
          assert.match(err, pattern);
        }
        const { code, err } = await ran(url, "dashboard", "--no-open", "--user-id", "somebody");
        assert.equal(code, 2);
        assert.match(err, /\[UNKNOWN_WEARER\]/);
      });

      await t.step(
        "dashboard prints its address, answers there, and ends when asked to",
        () => dashboardAnswers(url, directory),
      );
    });
  }, { applied: true });
});

async function dashboardAnswers(databaseUrl: string, directory: string): Promise<void> {
  const surroundings = { directory, env: { DATABASE_URL: databaseUrl } };
  const program = new Run(surroundings, ["dashboard", "--port", "0", "--no-open"]);
  const [, address] = await program.says(/The page is at (http:\/\/127\.0\.0\.1:\d+\/)/);
  const { wearer } = await (await fetch(`${address}api/overview`)).json();
  assert.equal(wearer, WEARER);
  const { port } = new URL(address!);
  const second = await ran(databaseUrl, "dashboard", "--port", port, "--no-open");
  assert.equal(second.code, 2);
  assert.match(second.err, /\[PORT_UNAVAILABLE\]/);
  program.kill("SIGTERM");
  const { exitCode, out } = await program.end();
  assert.deepEqual([exitCode, out], [0, `${address}\n`]);
}
