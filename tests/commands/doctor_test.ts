import assert from "node:assert/strict";
import type { Finding } from "../../commands/doctor/check.ts";
import { putDatabase } from "../support/embedded_image.ts";
import { runInProcess } from "../support/in_process.ts";
import { asSuperuser, createDatabase, sharedCluster } from "../support/postgres.ts";
import { type Desk, deskTest, readyDeskTest } from "./support.ts";

async function doctor(
  desk: Desk,
  env: Readonly<Record<string, string>>,
): Promise<{ exitCode: number; of: (subject: string) => Finding | undefined; out: string }> {
  const { exitCode, out, err } = await desk.run(["doctor", "--json"], env);
  assert.ok(out !== "", err);
  const findings: Finding[] = JSON.parse(out);
  return { exitCode, out, of: (subject) => findings.find((each) => each.subject === subject) };
}

readyDeskTest("doctor is content with a synced database, and exits 0", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
  };
  const sync = await desk.run(["sync", "--types", "daily_sleep,personal_info"], env);
  assert.equal(sync.exitCode, 0, sync.err);
  const { exitCode, of, out } = await doctor(desk, env);
  assert.equal(exitCode, 0, out);
  for (
    const subject of [
      "settings",
      "pipeline",
      "database",
      "rights",
      "tables",
      "columns",
      "rejects",
      "api",
      "clock",
      "schedule",
    ]
  ) {
    assert.equal(of(subject)?.state, "ok", `${subject}: ${of(subject)?.message}`);
  }
  assert.equal(of("schedule")?.message, "the last run was less than an hour ago");
  assert.ok(!out.includes(desk.token), "the token stays unsaid");
});

readyDeskTest("doctor shows what is in quarantine, run after run, and exits 0", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
  };
  const { faults } = desk.oura.simulator;
  faults.add({ kind: "malform", match: "/daily_sleep\\?", field: "score", value: "high" });
  const exitCodes = [];
  for (let run = 0; run < 2; run++) {
    exitCodes.push(
      (await desk.run(["sync", "--types", "daily_sleep,personal_info"], env)).exitCode,
    );
  }
  assert.deepEqual(exitCodes, [4, 0], "a reject is news once");
  const { exitCode, of } = await doctor(desk, env);
  assert.equal(exitCode, 0);
  assert.equal(of("rejects")?.state, "warn");
  assert.match(of("rejects")!.message, /^documents in quarantine: daily_sleep \d+$/);
});

deskTest("doctor names a database that cannot be reached, and exits 5", async (desk) => {
  const { exitCode, of } = await doctor(desk, {
    DATABASE_URL: "postgres://somebody:secret@127.0.0.1:1/nowhere",
    OURA_ACCESS_TOKEN: desk.token,
  });
  assert.equal(exitCode, 5);
  assert.equal(of("database")?.state, "fail");
  assert.ok(!JSON.stringify(of("database")).includes("secret"));
});

deskTest("doctor notices a role that may not create tables", async (desk) => {
  const role = `reader_${crypto.randomUUID().slice(0, 8)}`;
  await asSuperuser(await sharedCluster(), [`CREATE ROLE ${role} LOGIN`]);
  try {
    const url = new URL(desk.databaseUrl);
    url.username = role;
    const { exitCode, of } = await doctor(desk, {
      DATABASE_URL: url.href,
      OURA_ACCESS_TOKEN: desk.token,
      OURA_API_URL: desk.oura.url,
    });
    assert.equal(exitCode, 5);
    assert.equal(of("rights")?.state, "fail");
  } finally {
    await asSuperuser(await sharedCluster(), [`DROP ROLE ${role}`]);
  }
});

readyDeskTest("doctor lets a role pass that may write, but create nothing", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_ACCESS_TOKEN: desk.token,
    OURA_API_URL: desk.oura.url,
  };
  const cluster = await sharedCluster();
  const database = new URL(desk.databaseUrl).pathname.slice(1);
  const role = `writer_${database}`;
  const grant = (rights: string, on: string) => `GRANT ${rights} ON ${on} TO ${role}`;
  await asSuperuser(cluster, [
    `CREATE ROLE ${role} LOGIN`,
    grant("USAGE", "SCHEMA oura"),
    grant("SELECT", "ALL TABLES IN SCHEMA oura"),
  ], database);
  try {
    const url = new URL(desk.databaseUrl);
    url.username = role;
    const reading = await doctor(desk, { ...env, DATABASE_URL: url.href });
    assert.equal(reading.exitCode, 5);
    assert.equal(reading.of("rights")?.state, "fail");
    await asSuperuser(cluster, [
      grant("INSERT, UPDATE, DELETE", "ALL TABLES IN SCHEMA oura"),
      grant("USAGE", "ALL SEQUENCES IN SCHEMA oura"),
    ], database);
    const writing = await doctor(desk, { ...env, DATABASE_URL: url.href });
    assert.equal(writing.of("rights")?.state, "warn");
    assert.equal(writing.exitCode, 0);
    const sync = await desk.run(["sync"], { ...env, DATABASE_URL: url.href });
    assert.equal(sync.exitCode, 0, sync.err);
  } finally {
    await asSuperuser(cluster, [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`], database);
  }
});

readyDeskTest(
  "doctor names a table under row-level security, and the statement that ends it",
  async (desk) => {
    const env = { OURA_ACCESS_TOKEN: desk.token, OURA_API_URL: desk.oura.url };
    const cluster = await sharedCluster();
    const database = new URL(desk.databaseUrl).pathname.slice(1);
    const role = `owner_${database}`;
    await asSuperuser(cluster, [
      `CREATE ROLE ${role} LOGIN`,
      `GRANT CREATE ON DATABASE ${database} TO ${role}`,
      `GRANT ALL ON SCHEMA oura TO ${role}`,
      `GRANT ALL ON ALL TABLES IN SCHEMA oura TO ${role}`,
      `GRANT ALL ON ALL SEQUENCES IN SCHEMA oura TO ${role}`,
      `ALTER TABLE oura.daily_sleep OWNER TO ${role}`,
      "ALTER TABLE oura.daily_sleep ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE oura.sleep ENABLE ROW LEVEL SECURITY",
    ], database);
    try {
      const url = new URL(desk.databaseUrl);
      url.username = role;
      const findings = async () => {
        const { out } = await desk.run(["doctor", "--json"], { ...env, DATABASE_URL: url.href });
        const all: Finding[] = JSON.parse(out);
        return all.filter(({ subject }) => subject === "row security");
      };
      const [other, ...rest] = await findings();
      assert.deepEqual(rest, [], "an owner is not concerned");
      assert.match(other!.message, /^oura\.sleep is under row-level security: /);
      assert.match(other!.hint!, new RegExp(`ALTER ROLE ${role} BYPASSRLS`));

      await asSuperuser(
        cluster,
        ["ALTER TABLE oura.daily_sleep FORCE ROW LEVEL SECURITY"],
        database,
      );
      const [forced] = await findings();
      assert.equal(forced!.state, "warn");
      assert.match(forced!.hint!, /ALTER TABLE oura\.daily_sleep NO FORCE ROW LEVEL SECURITY;/);
      await asSuperuser(
        cluster,
        [
          "ALTER TABLE oura.daily_sleep NO FORCE ROW LEVEL SECURITY",
          `ALTER ROLE ${role} BYPASSRLS`,
        ],
        database,
      );
      assert.deepEqual(await findings(), []);
    } finally {
      await asSuperuser(cluster, [`DROP OWNED BY ${role} CASCADE`, `DROP ROLE ${role}`], database);
    }
  },
);

deskTest("doctor leaves no table behind by its probe of rights", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_ACCESS_TOKEN: desk.token,
    OURA_API_URL: desk.oura.url,
  };
  await doctor(desk, env);
  const { out } = await desk.run(
    ["query", "--json", "select count(*) from pg_tables where schemaname = 'oura'"],
    env,
  );
  assert.deepEqual(JSON.parse(out), [{ count: 0 }]);
});

deskTest("doctor without a sign-in exits 3, and says what to run", async (desk) => {
  const env = {
    OURA_CLIENT_ID: "an-app",
    OURA_CLIENT_SECRET: "a-secret",
    OURA_API_URL: desk.oura.url,
  };
  await putDatabase(`${desk.directory}/data/database`);
  const { exitCode, of } = await doctor(desk, env);
  assert.equal(exitCode, 3);
  assert.match(of("sign-in")!.hint!, /auth login/);
  assert.equal(of("key")?.state, "ok");
});

readyDeskTest("doctor tells a token Oura refuses from one that works", async (desk) => {
  const env = {
    OURA_ACCESS_TOKEN: "worthless",
    OURA_API_URL: desk.oura.url,
    DATABASE_URL: desk.databaseUrl,
  };
  const { exitCode, of } = await doctor(desk, env);
  assert.equal(exitCode, 3);
  assert.equal(of("api")?.state, "fail");
});

readyDeskTest("doctor measures the clock against Oura's", async (desk) => {
  desk.oura.simulator.faults.add({ kind: "dateSkew", seconds: 7200 });
  const env = {
    OURA_ACCESS_TOKEN: desk.token,
    OURA_API_URL: desk.oura.url,
    DATABASE_URL: desk.databaseUrl,
  };
  const { of } = await doctor(desk, env);
  assert.equal(of("clock")?.state, "warn");
  assert.match(of("clock")!.message, /behind/);
});

Deno.test("the first connection names an encoding that cannot store every character, doctor too", async () => {
  const options = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'";
  const { url, drop } = await createDatabase("template0", options);
  const directory = await Deno.makeTempDir({ prefix: "oura-sync-desk-" });
  try {
    const env = { DATABASE_URL: url };
    const migrated = await runInProcess({ directory, env, input: "" }, ["migrate"]);
    assert.equal(migrated.exitCode, 0, migrated.err);
    assert.match(migrated.err, /the encoding of the database is LATIN1/);
    const { out } = await runInProcess({ directory, env, input: "" }, ["doctor", "--json"]);
    const findings: Finding[] = JSON.parse(out);
    const finding = findings.find(({ subject }) => subject === "encoding");
    assert.equal(finding?.state, "warn");
    assert.match(finding!.message, /LATIN1/);
    assert.match(finding!.hint!, /ENCODING 'UTF8'/);
  } finally {
    await drop();
    await Deno.remove(directory, { recursive: true });
  }
});
