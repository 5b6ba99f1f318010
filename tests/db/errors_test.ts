import assert from "node:assert/strict";
import { SqlError } from "../../lib/db/driver/errors/errors.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { DatabaseError } from "../../lib/errors.ts";
import { forEachDatabase, withPostgres } from "../support/databases.ts";
import { asSuperuser, Cluster, sharedCluster, urlOf } from "../support/postgres.ts";

/** The failure a promise ends with, which must be ours. */
async function failure(promise: Promise<unknown>): Promise<SqlError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof SqlError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "it did not fail" });
}

/** A statement, and how its failure is reported. */
const FAILURES: readonly [sql: string, code: string, sqlState: string, retryable: boolean][] = [
  ["SELECT 1 / 0", "DATABASE_VALUE", "22012", false],
  ["INSERT INTO t VALUES (1)", "DATABASE_UNIQUE", "23505", false],
  ["INSERT INTO t VALUES (NULL)", "DATABASE_CONSTRAINT", "23502", false],
  ["SELECT FROM nowhere", "DATABASE_OBJECT_MISSING", "42P01", false],
  ["SELECT nothing FROM t", "DATABASE_OBJECT_MISSING", "42703", false],
  ["SELEC", "DATABASE_STATEMENT", "42601", false],
  ["DO 'BEGIN RAISE serialization_failure; END'", "DATABASE_CONFLICT", "40001", true],
  ["DO 'BEGIN RAISE deadlock_detected; END'", "DATABASE_CONFLICT", "40P01", true],
  ["DO 'BEGIN RAISE disk_full; END'", "DATABASE_FULL", "53100", false],
  ["DO 'BEGIN RAISE too_many_connections; END'", "DATABASE_TOO_MANY_CONNECTIONS", "53300", true],
  ["DO 'BEGIN RAISE query_canceled; END'", "DATABASE_TIMEOUT", "57014", false],
  ["DO 'BEGIN RAISE insufficient_privilege; END'", "DATABASE_FORBIDDEN", "42501", false],
  ["DO 'BEGIN RAISE feature_not_supported; END'", "DATABASE_REFUSED", "0A000", false],
];

forEachDatabase(
  "a failed statement has a stable code, its SQLSTATE and exit code 5",
  async (db) => {
    await db.exec(
      "DROP TABLE IF EXISTS t; CREATE TABLE t (n integer PRIMARY KEY); INSERT INTO t VALUES (1)",
    );
    for (const [sql, code, sqlState, retryable] of FAILURES) {
      const error = await failure(db.query(sql));
      assert.deepEqual([error.code, error.sqlState, error.retryable, error.exitCode], [
        code,
        sqlState,
        retryable,
        5,
      ], sql);
    }
    assert.equal((await failure(db.query("INSERT INTO t VALUES (1)"))).constraint, "t_pkey");
    await db.exec("CREATE TABLE wide (s text); INSERT INTO wide VALUES ('short')");
    await db.query(
      "INSERT INTO wide SELECT string_agg(md5(n::text), '') FROM generate_series(1, 300) n",
    );
    const { hint } = await failure(db.query("CREATE INDEX ON wide (s)"));
    assert.match(hint ?? "", /take `index: true` from its column/);
    await db.exec("DROP TABLE wide");
  },
  { migrated: false },
);

/** A value no message may repeat, in places where PostgreSQL would put it into one. */
const SECRET = "5150731";

const LEAKS: readonly [sql: string, parameter: string][] = [
  ["INSERT INTO secrets (n) VALUES ($1)", SECRET],
  ["INSERT INTO secrets (n) VALUES ($1)", `-${SECRET}`],
  ["INSERT INTO secrets (small) VALUES ($1)", SECRET],
  ["INSERT INTO secrets (n) VALUES ($1)", `${SECRET}x`],
  ["INSERT INTO secrets (n, t) VALUES (2, $1)", SECRET],
  ["INSERT INTO secrets (n, d) VALUES (2, $1)", `${SECRET}-13-41`],
  ["SELECT $1::jsonb", `{"${SECRET}`],
  ["SELECT $1::text[]", `{"${SECRET}`],
];

forEachDatabase("no error repeats a value of a row or a parameter", async (db) => {
  await db.exec(`
    DROP TABLE IF EXISTS secrets;
    CREATE TABLE secrets (n bigint PRIMARY KEY CHECK (n > 0), small smallint, t varchar(3), d date)`);
  await db.query("INSERT INTO secrets (n) VALUES ($1)", [SECRET]);
  for (const [sql, parameter] of LEAKS) {
    const error = await failure(db.query(sql, [parameter]));
    assert.doesNotMatch(Deno.inspect(error, { depth: 10 }), new RegExp(SECRET));
    assert.equal(error.cause, undefined);
  }
}, { migrated: false });

Deno.test("a failed COPY does not repeat its lines", () =>
  withPostgres("oura", async (db) => {
    await db.exec("CREATE TABLE t (n integer)");
    const copy = db.transaction((tx) => tx.copyIn!("COPY t FROM STDIN", [`${SECRET}x\n`]));
    assert.doesNotMatch(Deno.inspect(await failure(copy), { depth: 10 }), new RegExp(SECRET));
  }));

Deno.test("a connection that cannot be made says why, and never the password", async () => {
  const address = await sharedCluster();
  const good = urlOf(address, "postgres").replace("postgres@", "postgres:hunter2@");
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cases: readonly [url: string, code: string][] = [
    [good.replace(String(address.port), "1"), "DATABASE_UNREACHABLE"],
    [good.replace("127.0.0.1", "no-such-host.invalid"), "DATABASE_UNREACHABLE"],
    [
      good.replace("127.0.0.1", "localhost").replace(String(address.port), "1"),
      "DATABASE_UNREACHABLE",
    ],
    [good.replace("/postgres?", "/nowhere?"), "DATABASE_MISSING"],
    [good.replace("postgres:hunter2", "nobody_here:hunter2"), "DATABASE_AUTHENTICATION"],
    [
      `postgres://postgres:hunter2@127.0.0.1:${silent.addr.port}/x?sslmode=disable&connect_timeout=1`,
      "DATABASE_UNREACHABLE",
    ],
    ["postgres://postgres:hunter2@/postgres?host=/no/such/directory", "DATABASE_UNREACHABLE"],
  ];
  for (const [url, code] of cases) {
    const error = await failure(openPostgres({ kind: "url", url }, { schema: "oura" }));
    assert.equal(error.code, code, url);
    assert.ok(error.hint, url);
    assert.doesNotMatch(Deno.inspect(error, { depth: 10 }), /hunter2/);
  }
  silent.close();
});

Deno.test("wrong and missing passwords are told apart from other failures", async () => {
  const cluster = await Cluster.start({
    hba: ["local all all trust", "host all all all scram-sha-256"],
    settings: { password_encryption: "scram-sha-256" },
  });
  try {
    const socket =
      `postgres://postgres@/postgres?host=${cluster.address.directory}&port=${cluster.address.port}`;
    const db = await openPostgres({ kind: "url", url: socket }, { schema: "oura" });
    await db.exec("ALTER ROLE postgres PASSWORD 'right'");
    await db.close();
    const withPassword = (password: string) =>
      openPostgres({
        kind: "parts",
        host: "127.0.0.1",
        port: cluster.address.port,
        database: "postgres",
        user: "postgres",
        password,
      }, { schema: "oura" });
    assert.equal((await failure(withPassword("wrong"))).code, "DATABASE_AUTHENTICATION");
    assert.equal((await failure(withPassword(""))).code, "DATABASE_AUTHENTICATION");
    await (await withPassword("right")).close();
  } finally {
    await cluster.remove();
  }
});

for (const setting of ["datestyle = 'German'", "bytea_output = 'escape'", "array_nulls = off"]) {
  Deno.test(`a server with ${setting} is refused: it would be misread`, () =>
    withPostgres("oura", async (db, url) => {
      const database = db.label.split("/")[1]!;
      const address = await sharedCluster();
      await asSuperuser(address, [`ALTER DATABASE ${database} SET ${setting}`]);
      await assert.rejects(
        openPostgres({ kind: "url", url }, { schema: "oura" }),
        (error) => error instanceof DatabaseError && error.code === "DATABASE_OUTPUT_STYLE",
      );
    }));
}
