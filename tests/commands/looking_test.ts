/** `status`, `gaps`, `rejects list`, `plan` and `auth status` for those who may only look. */
import assert from "node:assert/strict";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { migrate } from "../../lib/db/migrate/migrate.ts";
import { migrations } from "../../sql/migrations/index.ts";
import { asSuperuser, sharedCluster, urlOf } from "../support/postgres.ts";
import { deskTest, readyDeskTest } from "./support.ts";

const LOOKS = [
  ["status", "--json"],
  ["status", "--all-users", "--json"],
  ["wearers", "list", "--json"],
  ["gaps", "--json"],
  ["rejects", "list", "--json"],
  ["plan", "--json"],
  ["auth", "status", "--json"],
];

readyDeskTest(
  "a role that may only read can look, and learns that the schema is old",
  async (desk) => {
    const env = {
      DATABASE_URL: desk.databaseUrl,
      OURA_API_URL: desk.oura.url,
      OURA_ACCESS_TOKEN: desk.token,
    };
    const synced = await desk.run(["sync"], env);
    assert.equal(synced.exitCode, 0, synced.err);

    const cluster = await sharedCluster();
    const database = new URL(desk.databaseUrl).pathname.slice(1);
    const role = `monitor_${database}`;
    const grants = [
      `GRANT USAGE ON SCHEMA oura TO ${role}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA oura TO ${role}`,
    ];
    await asSuperuser(cluster, [
      `CREATE ROLE ${role} LOGIN`,
      // As on a replica.
      `ALTER ROLE ${role} SET default_transaction_read_only = on`,
      ...grants,
    ], database);
    try {
      const url = new URL(urlOf(cluster, database));
      url.username = role;
      const looking = { DATABASE_URL: url.href };
      for (const args of LOOKS) {
        const { exitCode, out, err } = await desk.run(args, looking);
        // No wearer is signed in: the token was a static one.
        assert.equal(exitCode, args[0] === "auth" ? 3 : 0, err);
        JSON.parse(out);
      }
      const [status] = JSON.parse((await desk.run(["status", "--json"], looking)).out).wearers;
      assert.equal(status.verdict, "fresh");

      await asSuperuser(cluster, ["DROP SCHEMA oura CASCADE"], database);
      const db = await openPostgres({ kind: "url", url: desk.databaseUrl }, { schema: "oura" });
      await migrate(db, migrations.slice(0, -1)).finally(() => db.close());
      await asSuperuser(cluster, grants, database);
      for (const args of LOOKS) {
        const { exitCode, err } = await desk.run(args, looking);
        assert.equal(exitCode, 5, args.join(" "));
        assert.match(err, /older than this version.*\[MIGRATION_PENDING\]\n +Run `.* migrate`/);
      }
    } finally {
      await asSuperuser(cluster, [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`], database);
    }
  },
);

deskTest("looking at an unused database finds nothing, and leaves nothing", async (desk) => {
  const env = { DATABASE_URL: desk.databaseUrl };
  const codes: number[] = [];
  for (const args of LOOKS) codes.push((await desk.run(args, env)).exitCode);
  assert.deepEqual(codes, [0, 0, 0, 0, 0, 0, 3]);
  const left = await desk.run([
    "query",
    "--csv",
    "select count(*) from pg_namespace where nspname = 'oura'",
  ], env);
  assert.match(left.out, /^count\s+0$/m);
});

deskTest("a dry run shows what would be fetched, and leaves no table behind", async (desk) => {
  const env = {
    DATABASE_URL: desk.databaseUrl,
    OURA_API_URL: desk.oura.url,
    OURA_ACCESS_TOKEN: desk.token,
  };
  const schemas = async () => {
    const sql = "select count(*) from pg_namespace where nspname = 'oura'";
    return (await desk.run(["query", "--csv", sql], env)).out.match(/\d+/)![0];
  };
  const first = await desk.run(["sync", "--dry-run", "--json"], env);
  assert.equal(first.exitCode, 0, first.err);
  const { types } = JSON.parse(first.out);
  assert.equal(types.length, 19);
  assert.ok(types.every(({ windows }: { windows: { total: number } }) => windows.total > 0));
  assert.equal(await schemas(), "0");

  assert.equal((await desk.run(["sync", "--types", "tag"], env)).exitCode, 0);
  const span = ["--from", "2020-01-01", "--to", "2020-12-31", "--types", "tag"];
  const later = await desk.run(["backfill", "--dry-run", "--json", ...span], env);
  assert.equal(later.exitCode, 0, later.err);
  // A year fits into one request.
  assert.equal(JSON.parse(later.out).types[0].windows.total, 1);
});
