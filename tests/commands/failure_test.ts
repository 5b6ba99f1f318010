/** With `--json`, whoever reads standard output gets one document, whatever happens. */
import assert from "node:assert/strict";
import { putDatabase } from "../support/embedded_image.ts";
import { deskTest } from "./support.ts";

/** Fails the way it is said to, with one document on standard output. */
interface Case {
  args: string[];
  env?: Record<string, string>;
  exitCode: number;
  code: string;
  hint?: RegExp;
}

const GONE = "postgres://me@127.0.0.1:1/none?sslmode=disable";
const CASES: Case[] = [
  { args: ["sync", "--typs", "x", "--json"], exitCode: 2, code: "COMMAND_LINE", hint: /--types\?/ },
  { args: ["snyc", "--json"], exitCode: 2, code: "COMMAND_LINE" },
  { args: ["sync", "--json", "--start-date", "x"], exitCode: 2, code: "BAD_DATE" },
  { args: ["sync", "--json", "--types", "slep"], exitCode: 2, code: "UNKNOWN_TYPE" },
  { args: ["sync", "--json"], exitCode: 3, code: "NOT_SIGNED_IN" },
  { args: ["backfill", "--json"], exitCode: 2, code: "COMMAND_LINE" },
  { args: ["validate", "--json", "--config", "gone"], exitCode: 2, code: "CONFIG_MISSING" },
  { args: ["doctor", "--json"], env: { DB_PORT: "x" }, exitCode: 2, code: "SETTINGS_INVALID" },
  { args: ["query", "--format", "json", "x"], exitCode: 2, code: "NOT_A_QUERY" },
  { args: ["query", "--format=json", "select 1 +"], exitCode: 5, code: "DATABASE_STATEMENT" },
  { args: ["auth", "logout", "--json"], exitCode: 3, code: "NOT_SIGNED_IN" },
  { args: ["rejects", "retry", "7", "--json"], exitCode: 2, code: "NO_SUCH_REJECT" },
  ...["status", "gaps", "plan", "apply", "migrate", "replay"].map((command) => ({
    args: [command, "--json"],
    env: { DATABASE_URL: GONE },
    exitCode: 5,
    code: "DATABASE_UNREACHABLE",
  })),
];

deskTest("a failure before the result is a JSON document too", async ({ run, databaseUrl }) => {
  for (const { args, env, exitCode, code, hint } of CASES) {
    const what = args.join(" ");
    const ended = await run(args, { DATABASE_URL: databaseUrl, LOG_LEVEL: "error", ...env });
    assert.equal(ended.exitCode, exitCode, `${what}\n${ended.err}`);
    const document = JSON.parse(ended.out);
    assert.deepEqual([document.exitCode, document.error.code], [exitCode, code], what);
    assert.ok(ended.err.includes(document.error.message), what);
    if (hint) assert.match(document.error.hint, hint);
  }
});

deskTest("a wrong oura.yaml comes with its places", async ({ run, directory }) => {
  await Deno.writeTextFile(`${directory}/oura.yaml`, "version: 1\ndata_types:\n  slep: {}\n");
  const { exitCode, out } = await run(["validate", "--json"]);
  assert.equal(exitCode, 2);
  const { error } = JSON.parse(out);
  assert.equal(error.code, "CONFIG_INVALID");
  assert.deepEqual(error.problems, [{
    line: 3,
    column: 3,
    path: "data_types.slep",
    message: 'unknown data type "slep"; did you mean "sleep"?',
  }]);
});

deskTest("nothing is printed twice, and nothing that was not asked for", async (desk) => {
  const { run } = desk;
  await putDatabase(`${desk.directory}/data/database`);
  const signedOut = await run(["auth", "status", "--json"]);
  assert.deepEqual([signedOut.exitCode, JSON.parse(signedOut.out)], [3, []]);
  const help = await run(["sync", "--json", "--help"]);
  assert.match(help.out, /^Usage: /);
  // Behind -- it is an argument.
  assert.deepEqual(
    [(await run(["sync", "--", "--json"])).out, (await run(["status", "--jsn"])).out],
    ["", ""],
  );
});
