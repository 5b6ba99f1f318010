/** `migrate --citus`, against a stand-in for Citus. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Database } from "../../lib/db/driver/database.ts";
import { type Desk, deskTest } from "../commands/support.ts";
import { callsOf, installStandIn, withServer } from "./stand_in.ts";

const LOCAL = [
  "column_changes",
  "declared_objects",
  "invitations",
  "rate_budget",
  "schema_migrations",
  "upkeep_tasks",
];

/** Registers a test with the stand-in in the desk's database. */
function citusTest(
  name: string,
  body: (desk: Desk, db: Database, run: Run) => Promise<void>,
): void {
  deskTest(name, (desk) =>
    withServer(desk.databaseUrl, async (db) => {
      await installStandIn(db);
      const env = { DATABASE_URL: desk.databaseUrl };
      await body(desk, db, async (line) => {
        const ended = await desk.run(line.split(" "), env);
        assert.equal(ended.exitCode, 0, ended.err);
        return ended;
      });
    }));
}

type Run = (line: string) => ReturnType<Desk["run"]>;

async function tablesOf(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    "SELECT relname::text AS name FROM pg_class WHERE relnamespace = to_regnamespace('oura') AND relkind = 'r' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

const distributed = (table: string) =>
  `distribute oura.${table} by user_id beside oura.oauth_tokens`;

/** A desk's oura.yaml with these data types. */
function declare(desk: Desk, types: string): Promise<void> {
  return Deno.writeTextFile(join(desk.directory, "oura.yaml"), `version: 1\ndata_types:\n${types}`);
}

citusTest("migrate --citus distributes every table of wearers, once", async (_, db, run) => {
  const { out } = await run("migrate --citus");
  const expected = (await tablesOf(db)).filter((name) => !LOCAL.includes(name));
  assert.ok(expected.length > 25);
  const calls = await callsOf(db);
  assert.equal(calls[0], "distribute oura.oauth_tokens by user_id beside none");
  const others = expected.filter((name) => name !== "oauth_tokens");
  assert.deepEqual(calls.slice(1).sort(), others.map(distributed).sort());
  for (const name of others) {
    assert.match(out, new RegExp(`^${name} +distributed by user_id now`, "m"));
  }
  for (const name of LOCAL) assert.match(out, new RegExp(`^${name} +local: `, "m"));

  const again = await run("migrate --citus");
  assert.deepEqual(await callsOf(db), calls);
  assert.doesNotMatch(again.out, / now$/m);
});

citusTest("migrate --citus --dry-run prints the SQL, which does the same", async (_, db, run) => {
  const { out } = await run("migrate --citus --dry-run");
  assert.deepEqual(await tablesOf(db), []);
  assert.deepEqual(await callsOf(db), []);
  await run("migrate");
  await db.exec(out);
  const calls = await callsOf(db);
  const { out: rest } = await run("migrate --citus --dry-run");
  assert.doesNotMatch(rest, /^SELECT/m);
  await run("migrate --citus");
  assert.deepEqual(await callsOf(db), calls);
});

citusTest(
  "plan, apply and doctor tell of tables that are not distributed",
  async (desk, db, run) => {
    await declare(desk, "  sleep: {}\n");
    await run("migrate --citus");
    const before = await callsOf(db);
    assert.deepEqual(JSON.parse((await run("plan --json")).out).undistributed, []);
    await declare(
      desk,
      "  sleep:\n    series:\n      sleep_hrv: hrv\n  meal:\n    endpoint: /v2/usercollection/meal\n    window: { by: date }\n    key: [id]\n",
    );
    const made = ["meal", "sleep_hrv"];
    for (const command of ["plan", "apply", "apply"]) {
      const { out, err } = await run(`${command} --json`);
      assert.deepEqual(JSON.parse(out).undistributed.sort(), made, command);
      assert.match(err, /Not distributed yet: .*migrate --citus/);
    }
    const findings = JSON.parse(
      (await desk.run(["doctor", "--json"], {
        DATABASE_URL: desk.databaseUrl,
      })).out,
    ) as { subject: string; message: string }[];
    const told = findings.find(({ subject }) => subject === "citus");
    assert.equal(told?.message, "not distributed yet: meal, sleep_hrv");
    await run("migrate --citus");
    const moved = (await callsOf(db)).slice(before.length);
    // What apply wrote meanwhile is cleared too: the stand-in has one server only.
    assert.deepEqual(moved.filter((call) => !call.startsWith("clear")), made.map(distributed));
    assert.deepEqual(JSON.parse((await run("apply --json")).out).undistributed, []);
  },
);

citusTest("plan says nothing of Citus while nothing is distributed", async (_, __, run) => {
  await run("migrate");
  const { out, err } = await run("plan --json");
  assert.deepEqual(JSON.parse(out).undistributed, []);
  assert.doesNotMatch(err, /citus/i);
});

citusTest(
  "a table that a later migration makes is distributed by the next run",
  async (_, db, run) => {
    await run("migrate --citus");
    const before = await callsOf(db);
    await db.exec(`CREATE TABLE oura.later (user_id text, id text, PRIMARY KEY (user_id, id));
    CREATE TABLE oura.for_all (id text PRIMARY KEY)`);
    const { out } = await run("migrate --citus --json");
    assert.deepEqual((await callsOf(db)).slice(before.length), [distributed("later")]);
    const tables = JSON.parse(out).tables as { table: string }[];
    assert.deepEqual(tables.find(({ table }) => table === "for_all"), {
      table: "for_all",
      placement: "local",
      localBecause: "it has no wearer",
      sql: [],
    });
  },
);

citusTest("rows are moved, and their local copy is removed", async (_, db, run) => {
  await run("migrate");
  await db.exec("INSERT INTO oura.tag (user_id, id, day) VALUES ('a', '1', '2026-01-01')");
  const { err } = await run("migrate --citus");
  assert.match(err, /tag: 1 MB to move/);
  assert.match(err, /workout: no rows to move/);
  const calls = await callsOf(db);
  const place = calls.indexOf(distributed("tag"));
  assert.equal(calls[place + 1], "clear oura.tag");
  assert.deepEqual(calls.filter((call) => call.startsWith("clear")), ["clear oura.tag"]);

  // The stand-in left the copy where it was, as a run does that is killed in between.
  await run("migrate --citus");
  assert.deepEqual((await callsOf(db)).slice(calls.length), ["clear oura.tag"]);
});

citusTest(
  "the other tables join one that is already distributed by user_id",
  async (_, db, run) => {
    await run("migrate");
    await db.exec(
      "SELECT create_distributed_table('oura.sleep', 'user_id', colocate_with => 'none')",
    );
    await run("migrate --citus");
    const [, ...calls] = await callsOf(db);
    for (const call of calls) assert.match(call, / by user_id beside oura\.sleep$/);
  },
);

/** Runs `migrate --citus`, which fails. */
async function refused(desk: Desk, env: Readonly<Record<string, string>>) {
  const { out, exitCode } = await desk.run(["migrate", "--citus", "--json"], env);
  return { exitCode, ...JSON.parse(out).error as { code: string; message: string } };
}

citusTest("migrate --citus refuses a layout that is not ours", async (desk, db, run) => {
  const env = { DATABASE_URL: desk.databaseUrl };
  await run("migrate");
  const layouts = [
    ["create_reference_table('oura.tag')", /oura\.tag is distributed by something else/],
    ["create_distributed_table('oura.tag', 'id')", /oura\.tag is distributed by something else/],
    [
      "create_distributed_table('oura.tag', 'user_id', colocate_with => 'none'), " +
      "create_distributed_table('oura.sleep', 'user_id', colocate_with => 'none')",
      /oura\.tag is distributed, but not co-located with oura\.sleep/,
    ],
  ] as const;
  for (const [call, message] of layouts) {
    await db.exec("TRUNCATE pg_dist_partition; ALTER TABLE oura.tag DROP CONSTRAINT tag_pkey");
    await db.exec(`SELECT ${call}`);
    const error = await refused(desk, env);
    assert.equal(error.code, "CITUS_LAYOUT");
    assert.match(error.message, message);
    assert.equal(error.exitCode, 5);
    await db.exec("ALTER TABLE oura.tag ADD PRIMARY KEY (user_id, id)");
  }
});

citusTest("migrate --citus moves nothing while a sync runs", async (desk, db, run) => {
  await run("migrate");
  await db.exec(`INSERT INTO oura.sync_leases (user_id, data_type, holder, expires_at)
    VALUES ('a', 'sleep', 'host pid 1', now() + interval '1 hour')`);
  const error = await refused(desk, { DATABASE_URL: desk.databaseUrl });
  assert.deepEqual([error.code, error.exitCode], ["CITUS_BUSY", 75]);
  assert.deepEqual(await callsOf(db), []);
  await db.exec("UPDATE oura.sync_leases SET expires_at = now() - interval '1 second'");
  await run("migrate --citus");
});

citusTest(
  "what Citus refuses ends the command, and the next run goes on",
  async (desk, db, run) => {
    await run("migrate");
    await db.exec("CREATE UNIQUE INDEX mine ON oura.tag (id)");
    const error = await refused(desk, { DATABASE_URL: desk.databaseUrl });
    assert.deepEqual([error.code, error.exitCode], ["CITUS_REFUSED", 5]);
    assert.match(error.message, /^oura\.tag: /);
    const done = await callsOf(db);
    await db.exec("DROP INDEX oura.mine");
    await run("migrate --citus");
    const after = (await callsOf(db)).slice(done.length);
    assert.equal(after[0], distributed("tag"));
    assert.ok(!after.some((call) => done.includes(call)));
  },
);

deskTest(
  "migrate --citus refuses a server without Citus, and the embedded database",
  async (desk) => {
    for (const env of [{ DATABASE_URL: desk.databaseUrl }, {}]) {
      const error = await refused(desk, env);
      assert.deepEqual([error.code, error.exitCode], ["CITUS_MISSING", 2]);
    }
    await withServer(
      desk.databaseUrl,
      async (db) => assert.deepEqual(await tablesOf(db), []),
    );
  },
);

deskTest("migrate: options that do not go together", async (desk) => {
  const codeOf = async (line: string) =>
    JSON.parse((await desk.run([...line.split(" "), "--json"])).out).error.code;
  assert.equal(await codeOf("migrate --dry-run"), "OPTION_MISSING");
  assert.equal(await codeOf("migrate status --citus"), "OPTION_CONFLICT");
});
