import assert from "node:assert/strict";
import { deskTest, readyDeskTest } from "./support.ts";

deskTest(
  "query prints a table, CSV and JSON, with its head even where no row comes",
  async ({ run, databaseUrl }) => {
    const env = { DATABASE_URL: databaseUrl };
    const ask = (...args: string[]) => run(["query", ...args], env);
    assert.equal((await ask("select 1 as a, 'x,\"y' as b", "--csv")).out, 'a,b\r\n1,"x,""y"\n');
    assert.equal((await ask("select 1 as a where false", "--csv")).out, "a\n");
    assert.deepEqual(JSON.parse((await ask("select 1 as a, null as b", "--json")).out), [{
      a: 1,
      b: null,
    }]);
    assert.match((await ask("select 12 as a, 'x' as b")).out, /a +b\n12 +x/);
    const odd = "select '\\x00ff'::bytea as a, 'NaN'::float8 as b, '-Infinity'::float4 as c";
    assert.deepEqual(JSON.parse((await ask(odd, "--json")).out), [{
      a: "\\x00ff",
      b: "NaN",
      c: "-Infinity",
    }]);
    assert.equal((await ask("select 1", "--json", "--csv")).exitCode, 2);
  },
);

readyDeskTest("query changes nothing, whatever it is asked", async ({ run, databaseUrl }) => {
  const env = { DATABASE_URL: databaseUrl };
  assert.equal((await run(["migrate"], env)).exitCode, 0);
  for (
    const [sql, code] of [
      ["delete from oura.sync_runs", 2],
      ["create table oura.x (a int)", 2],
      ["select 1; drop schema oura", 5],
    ] as const
  ) {
    const { exitCode, out, err } = await run(["query", sql], env);
    assert.equal(exitCode, code, sql);
    assert.equal(out, "");
    assert.ok(!err.includes("    at "), "no stack trace");
  }
  assert.equal((await run(["migrate", "status"], env)).exitCode, 0);
});

deskTest(
  "query refuses two columns of one name instead of losing one",
  async ({ run, databaseUrl }) => {
    const { exitCode, err } = await run(["query", "select 1 as n, 2 as n"], {
      DATABASE_URL: databaseUrl,
    });
    assert.equal(exitCode, 2);
    assert.match(err, /called "n".*DUPLICATE_COLUMNS/);
  },
);
