import assert from "node:assert/strict";
import { join } from "node:path";
import { deskTest } from "./support.ts";

const BEFORE = `version: 1
data_types:
  daily_sleep:
    columns:
      score: score
`;

deskTest("plan, apply and replay take an edit from the YAML to the table", async (desk) => {
  const online = {
    DATABASE_URL: desk.databaseUrl,
    OURA_ACCESS_TOKEN: desk.token,
    OURA_API_URL: desk.oura.url,
  };
  // Whoever asks Oura from here on is refused.
  const env = { ...online, OURA_API_URL: "http://127.0.0.1:9" };
  const file = join(desk.directory, "oura.yaml");
  await Deno.writeTextFile(file, BEFORE);
  const synced = await desk.run(["sync"], online);
  assert.equal(synced.exitCode, 0, synced.err);

  assert.equal((await desk.run(["plan", "--check"], env)).exitCode, 0);
  await Deno.writeTextFile(file, `${BEFORE}      deep: contributors.deep_sleep\n`);
  const plan = await desk.run(["plan"], env);
  assert.equal(plan.exitCode, 0, "without --check pending changes are no failure");
  assert.match(plan.out, /ADD COLUMN "deep" integer;/);
  assert.equal((await desk.run(["plan", "--check"], env)).exitCode, 4);
  const { steps } = JSON.parse((await desk.run(["plan", "--json"], env)).out);
  assert.equal(steps.length, 1);
  assert.ok(steps[0].rowsToRefill > 0);

  const applied = await desk.run(["apply", "--json"], env);
  assert.equal(applied.exitCode, 0, applied.err);
  const { refills } = JSON.parse(applied.out);
  assert.equal(refills[0].filled, steps[0].rowsToRefill);
  assert.equal((await desk.run(["plan", "--check"], env)).exitCode, 0);
  const history = await desk.run(["plan", "--history"], env);
  assert.match(history.out, /add daily_sleep\.deep integer from contributors\.deep_sleep/);

  const replayed = await desk.run(["replay", "--types", "daily_sleep", "--json"], env);
  const { types } = JSON.parse(replayed.out);
  assert.deepEqual({ updated: types[0].updated, rejected: types[0].rejected }, {
    updated: 0,
    rejected: 0,
  });

  await Deno.writeTextFile(file, BEFORE);
  const kept = await desk.run(["apply"], env);
  assert.match(kept.out, /needs --allow-destructive\): drop daily_sleep\.deep/);
  const dropped = await desk.run(["apply", "--allow-destructive"], env);
  assert.equal(dropped.exitCode, 0, dropped.err);
  assert.equal((await desk.run(["plan", "--check"], env)).exitCode, 0);
});

deskTest("plan changes nothing, not even an empty database", async ({ run, databaseUrl }) => {
  const env = { DATABASE_URL: databaseUrl };
  const { exitCode, out, err } = await run(["plan", "--check"], env);
  assert.equal(exitCode, 4, err);
  assert.match(out, /ALTER TABLE "oura"."daily_sleep" ADD COLUMN "score" integer;/);
  assert.match(err, /There are no tables yet/);
  const tables = await run([
    "query",
    "select count(*) from pg_namespace where nspname = 'oura'",
    "--csv",
  ], env);
  assert.match(tables.out, /^count\s+0$/m);
});

deskTest("schema prints the JSON Schema of oura.yaml", async (desk) => {
  const { exitCode, out } = await desk.run(["schema"]);
  assert.equal(exitCode, 0);
  assert.equal(JSON.parse(out).title, "oura.yaml");
});
