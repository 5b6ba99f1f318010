/** Slips of the hand that once looked like success, or like a bug of the program. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readyDeskTest } from "./support.ts";
import { QUICK_WASM } from "../support/quick_wasm.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

readyDeskTest(
  "a wearer or a reject that does not exist is a mistake, not good news",
  async ({ run, databaseUrl, oura, token }) => {
    const env = {
      DATABASE_URL: databaseUrl,
      OURA_API_URL: oura.url,
      OURA_ACCESS_TOKEN: token,
    };
    assert.equal((await run(["sync", "--types", "daily_sleep"], env)).exitCode, 0);
    for (
      const [args, message] of [
        [["gaps", "--user-id", "nobody"], /no wearer nobody \[UNKNOWN_WEARER\]/],
        [["rejects", "list", "--user-id", "nobody"], /no wearer nobody \[UNKNOWN_WEARER\]/],
        [["rejects", "retry", "7"], /not in quarantine: 7 \[NO_SUCH_REJECT\]/],
      ] as const
    ) {
      const { exitCode, out, err } = await run(args, env);
      assert.equal(exitCode, 2, err);
      assert.equal(out, "");
      assert.match(err, message);
    }
  },
);

readyDeskTest(
  "query says that it is query which only reads, not the server",
  async ({ run, databaseUrl }) => {
    const { err } = await run(["query", "select from pg_class for update"], {
      DATABASE_URL: databaseUrl,
    });
    assert.match(err, /DATABASE_READ_ONLY.*\n +`query` only reads/);
  },
);

readyDeskTest("simulate says that its port is taken", async ({ run, oura }) => {
  const { exitCode, out, err } = await run(["simulate", "--port", new URL(oura.url).port]);
  assert.equal(exitCode, 2);
  assert.equal(out, "");
  assert.match(err, /another program uses it \[PORT_UNAVAILABLE\]/);
});

readyDeskTest("auth login names a scope it does not know", async ({ run, oura, databaseUrl }) => {
  const { err } = await run(["auth", "login", "--no-browser", "--scopes", "daily,slep"], {
    DATABASE_URL: databaseUrl,
    OURA_CLIENT_ID: "sim-app",
    OURA_CLIENT_SECRET: "sim-secret",
    OURA_API_URL: oura.url,
    OURA_AUTHORIZE_URL: `${oura.url}/oauth/v2/ext/oauth-authorize`,
    OURA_TOKEN_URL: `${oura.url}/oauth/v2/ext/oauth-token`,
  });
  assert.match(err, /Unknown scope "slep"/);
  assert.doesNotMatch(err, /Unknown scope "daily"/);
});

if (Deno.build.os === "linux") {
  Deno.test("a full disk behind standard output is reported, and is no bug", async () => {
    for (const args of ["schema", "sync --typs --json"]) {
      const script = `"$0" run --allow-all --quiet "$1" ${args} >/dev/full`;
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", script, Deno.execPath(), MAIN],
        env: QUICK_WASM,
      }).output();
      const err = new TextDecoder().decode(stderr);
      assert.equal(code, 2, err);
      assert.match(err, /cannot be written.*\[OUTPUT_UNWRITABLE\]/);
      assert.doesNotMatch(err, /^ +at /m, "no stack trace");
    }
  });
}

readyDeskTest(
  "what stands in the way of oura.yaml and .env is reported",
  async ({ run, directory, databaseUrl }) => {
    // Neither a configuration nor a bug: the directory of one of the places to look is a file.
    await Deno.writeTextFile(`${directory}/config`, "");
    await Deno.writeTextFile(`${directory}/.env`, "DATABASE_URI=x\n");
    const { exitCode, out, err } = await run(["validate"], { LOG_FORMAT: "pretty" });
    assert.equal(exitCode, 0, err);
    assert.match(out, /^the built-in oura\.yaml is valid/);
    assert.match(err, /\.env: DATABASE_URI is not read; did you mean DATABASE_URL\?/);

    await Deno.mkdir(`${directory}/oura.yaml`);
    assert.match((await run(["validate"])).err, /cannot read .*oura\.yaml.*\[CONFIG_UNREADABLE\]/);
    await Deno.remove(`${directory}/oura.yaml`);

    const wrong = { DATABASE_URL: `${databaseUrl}&schema=x` };
    const refused = await run(["validate"], wrong);
    assert.equal(refused.exitCode, 2);
    assert.match(refused.err, /unknown parameters: schema \[DATABASE_URL_INVALID\]/);
  },
);

readyDeskTest("--types given twice means both", async ({ run, databaseUrl, oura, token }) => {
  const env = { DATABASE_URL: databaseUrl, OURA_API_URL: oura.url, OURA_ACCESS_TOKEN: token };
  const types = ["--types", "daily_sleep, tag", "--types", "session,tag"];
  const { exitCode, out, err } = await run(["sync", "--json", ...types], env);
  assert.equal(exitCode, 0, err);
  const names = JSON.parse(out).types.map(({ dataType }: { dataType: string }) => dataType);
  assert.deepEqual(names.toSorted(), ["daily_sleep", "session", "tag"]);
});
