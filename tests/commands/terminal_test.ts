/** Text from Oura or the database never steers the terminal of the person who reads it. */
import assert from "node:assert/strict";
import { runInProcess } from "../support/in_process.ts";
import { asSuperuser, sharedCluster } from "../support/postgres.ts";
import { type Desk, readyDeskTest } from "./support.ts";

/** Clears the screen, sets the title, and turns the direction of writing round. */
const HOSTILE = "\x1b[2J\x1b]0;title\x07\u009b1A\u202etxt";
const SPELLED = "\\u001b[2J\\u001b]0;title\\u0007\\u009b1A\\u202etxt";
/** The same as a text of SQL. */
const IN_SQL = `U&'${
  [...HOSTILE].map((char) => `\\${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")
}'`;

/** Runs the program in this process, at a terminal of this kind. */
function at(env: Readonly<Record<string, string>>, args: readonly string[]) {
  return runInProcess({ directory: env.OURA_DATA_DIR ?? ".", env, isTerminal: true }, args);
}

function environmentOf(desk: Desk): Record<string, string> {
  return {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
    OURA_DATA_DIR: desk.directory,
  };
}

/** Nothing but line feeds and tabs of what a terminal obeys. */
function assertTame(text: string): void {
  assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ""), /\p{Cc}|\p{Bidi_Control}/u);
}

readyDeskTest("what a query finds is shown, not obeyed; CSV is what is stored", async (desk) => {
  const env = environmentOf(desk);
  const sql = `select ${IN_SQL} as text, 1 as "${HOSTILE}"`;
  const table = await at(env, ["query", sql]);
  assert.equal(table.exitCode, 0, table.err);
  assertTame(table.out + table.err);
  assert.equal(table.out.split(SPELLED).length - 1, 2);
  const json = await at(env, ["query", "--json", sql]);
  assertTame(json.out);
  assert.deepEqual(JSON.parse(json.out), [{ text: HOSTILE, [HOSTILE]: 1 }]);
  const csv = await at(env, ["query", "--csv", sql]);
  assert.equal(csv.out, `text,${HOSTILE}\r\n${HOSTILE},1\n`);
});

readyDeskTest("rejects, status, gaps and errors show what they repeat", async (desk) => {
  const env = environmentOf(desk);
  const first = await at(env, ["sync", "--types", "daily_sleep"]);
  assert.equal(first.exitCode, 0, first.err);
  const database = new URL(desk.databaseUrl).pathname.slice(1);
  await asSuperuser(await sharedCluster(), [
    `INSERT INTO oura.rejects (user_id, data_type, document_key, reason, path, document, document_hash)
      SELECT user_id, 'daily_sleep', ${IN_SQL}, ${IN_SQL}, ${IN_SQL},
        json_build_object('id', ${IN_SQL}), 'hash' FROM oura.sync_windows LIMIT 1`,
    `UPDATE oura.sync_windows SET state = 'failed', error_code = 'X', error_message = ${IN_SQL}`,
    `UPDATE oura.sync_runs SET state = 'failed', error_code = 'X', error_message = ${IN_SQL}`,
  ], database);
  for (const args of [["rejects", "list"], ["rejects", "show", "1"], ["status"], ["gaps"]]) {
    const shown = await at(env, args);
    assert.equal(shown.exitCode, 0, shown.err);
    assertTame(shown.out + shown.err);
    assert.ok(shown.out.includes(SPELLED), `${args.join(" ")}: ${shown.out}`);
  }
  const error = await at(env, ["query", `select "${HOSTILE}"`]);
  assert.equal(error.exitCode, 5);
  assertTame(error.out + error.err);
  assert.ok(error.err.includes(SPELLED), error.err);
});

readyDeskTest(
  "a terminal that cannot draw gets log lines without colours, and no bar",
  async (desk) => {
    const env = { ...environmentOf(desk), LOG_LEVEL: "info" };
    const { exitCode, err } = await at({ ...env, TERM: "dumb" }, [
      "sync",
      "--types",
      "daily_sleep",
    ]);
    assert.equal(exitCode, 0, err);
    assertTame(err);
    assert.match(err, /windows across 1 data types/);
  },
);
