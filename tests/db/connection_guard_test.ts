import assert from "node:assert/strict";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { OuraSyncError } from "../../lib/errors.ts";
import { makeCertificates } from "../support/certificates.ts";
import { asSuperuser, Cluster, urlOf } from "../support/postgres.ts";

const directory = await Deno.makeTempDir({ prefix: "oura-sync-guard-" });
const certificates = await makeCertificates(directory);
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

/** Every role signs in the way its name says. */
const server = await Cluster.start({
  files: { "server.pem": certificates.serverCertificate, "server.key": certificates.serverKey },
  settings: {
    ssl: "on",
    ssl_cert_file: "{directory}/server.pem",
    ssl_key_file: "{directory}/server.key",
  },
  hba: [
    "local all all trust",
    "host all scram all scram-sha-256",
    "host all md5 all md5",
    "host all clear all password",
    "host all all all trust",
  ],
});
await asSuperuser(server.address, [
  "SET password_encryption = 'scram-sha-256'",
  "CREATE ROLE scram LOGIN PASSWORD 'hunter2'",
  "CREATE ROLE clear LOGIN PASSWORD 'hunter2'",
  "SET password_encryption = 'md5'",
  "CREATE ROLE md5 LOGIN PASSWORD 'hunter2'",
  "CREATE ROLE trusted LOGIN",
]);

/** `in`, or the code of the error. */
async function outcome(role: string, parameters: string): Promise<string> {
  const url = urlOf(server.address, "postgres", parameters)
    .replace(/\/\/[^@]*@/, `//${role}:hunter2@`).replace("127.0.0.1", "localhost");
  try {
    const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
    await db.close();
    return "in";
  } catch (error) {
    if (!(error instanceof OuraSyncError)) throw error;
    assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2/);
    return error.code;
  }
}

const REFUSED = "DATABASE_UNPROTECTED";

for (
  const [parameters, expected] of [
    ["sslmode=require", { scram: "in", md5: "in", clear: "in", trusted: "in" }],
    ["sslmode=require&channel_binding=require", {
      scram: "in",
      md5: REFUSED,
      clear: REFUSED,
      trusted: REFUSED,
    }],
    ["channel_binding=require", { scram: "in", clear: REFUSED }],
    ["sslmode=require&require_auth=scram-sha-256", {
      scram: "in",
      md5: REFUSED,
      clear: REFUSED,
      trusted: REFUSED,
    }],
    ["sslmode=disable&require_auth=!password,!none", {
      scram: "in",
      md5: "in",
      clear: REFUSED,
      trusted: REFUSED,
    }],
    ["sslmode=require&ssl_min_protocol_version=TLSv1.2", { scram: "in" }],
    ["sslmode=require&ssl_min_protocol_version=TLSv1.3", { scram: "in" }],
  ] as const
) {
  Deno.test(`a connection with ${parameters} is made with what it asks for, or not`, async () => {
    for (const [role, outcomeOf] of Object.entries(expected)) {
      assert.equal(await outcome(role, parameters), outcomeOf, role);
    }
  });
}

Deno.test("a server that speaks no TLS 1.3 is refused where it is the lowest version", async () => {
  await asSuperuser(server.address, [
    "ALTER SYSTEM SET ssl_max_protocol_version = 'TLSv1.2'",
    "SELECT pg_reload_conf()",
  ]);
  assert.equal(await outcome("scram", "sslmode=require&ssl_min_protocol_version=TLSv1.2"), "in");
  assert.equal(
    await outcome("scram", "sslmode=require&ssl_min_protocol_version=TLSv1.3"),
    REFUSED,
  );
});

Deno.test("hostaddr is where to connect, and the certificate still names the host", async () => {
  const url = (host: string) =>
    urlOf(
      server.address,
      "postgres",
      `sslmode=verify-full&sslrootcert=${certificates.authorityFile}&hostaddr=127.0.0.1`,
    ).replace("127.0.0.1:", `${host}:`);
  const db = await openPostgres({ kind: "url", url: url("localhost") }, { schema: "oura" });
  await db.close();
  await assert.rejects(openPostgres({ kind: "url", url: url("db.example") }, { schema: "oura" }), {
    code: "DATABASE_TLS",
  });
});

Deno.test("the hint for an output style names the statement that works", async () => {
  const name = (sql: string) => asSuperuser(server.address, [sql]);
  const url = urlOf(server.address, "styled", "sslmode=disable").replace(
    /\/\/[^@]*@/,
    "//trusted@",
  );
  await name("CREATE DATABASE styled");
  for (
    const sql of [
      "ALTER DATABASE styled SET datestyle TO 'German'",
      "ALTER ROLE trusted SET intervalstyle TO 'sql_standard'",
      "ALTER ROLE trusted IN DATABASE styled SET bytea_output TO 'escape'",
    ]
  ) {
    await name(sql);
    const open = () => openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
    const error = await open().then(() => assert.fail(sql), (error) => error);
    assert.equal(error.code, "DATABASE_OUTPUT_STYLE", error.message);
    const [, statement] = /: (ALTER [^;]*);/.exec(error.hint)!;
    await name(statement!);
    await (await open()).close();
  }
});
