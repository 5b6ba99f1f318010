import assert from "node:assert/strict";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { DatabaseError, UsageError } from "../../lib/errors.ts";
import { makeCertificates } from "../support/certificates.ts";
import { asSuperuser, Cluster, sharedCluster, urlOf } from "../support/postgres.ts";

const directory = await Deno.makeTempDir({ prefix: "oura-sync-tls-" });
const certificates = await makeCertificates(directory);
const CA = `sslrootcert=${certificates.authorityFile}`;
const OTHER_CA = `sslrootcert=${certificates.otherAuthorityFile}`;

/** Takes both kinds of connections, except for the databases that are named for one kind. */
const server = await Cluster.start({
  files: { "server.pem": certificates.serverCertificate, "server.key": certificates.serverKey },
  settings: {
    ssl: "on",
    ssl_cert_file: "{directory}/server.pem",
    ssl_key_file: "{directory}/server.key",
  },
  hba: [
    "local all all trust",
    "hostssl tls_only all all trust",
    "hostnossl plain_only all all trust",
    "host postgres all all trust",
  ],
});
await asSuperuser(server.address, ["CREATE DATABASE tls_only", "CREATE DATABASE plain_only"]);
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

/** What a connection with these parameters comes to: `tls`, `plain` or the error's code. */
async function outcome(url: string): Promise<string> {
  try {
    const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 1 });
    const { rows } = await db.query(
      "SELECT CASE WHEN ssl THEN 'tls' ELSE 'plain' END AS used FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    );
    await db.close();
    return String(rows[0]?.used);
  } catch (error) {
    if (error instanceof DatabaseError || error instanceof UsageError) return error.code;
    throw error;
  }
}

/** Runs every case, by the host name the certificate names and by the address it does not. */
async function check(
  urlWith: (parameters: string) => string,
  cases: readonly [parameters: string, byName: string, byAddress?: string][],
): Promise<void> {
  for (const [parameters, byName, byAddress = byName] of cases) {
    const url = urlWith(parameters);
    assert.equal(await outcome(url), byAddress, `${parameters} by address`);
    assert.equal(await outcome(url.replace("127.0.0.1", "localhost")), byName, parameters);
  }
}

Deno.test("sslmode means what libpq means, on a server with TLS", () =>
  check((parameters) => server.url("postgres", parameters), [
    ["", "tls"],
    ["sslmode=disable", "plain"],
    ["sslmode=allow", "plain"],
    ["sslmode=prefer", "tls"],
    ["sslmode=require", "tls"],
    [`sslmode=require&${CA}`, "tls"],
    [`sslmode=require&${OTHER_CA}`, "DATABASE_TLS"],
    ["sslmode=verify-ca", "DATABASE_TLS"],
    [`sslmode=verify-ca&${CA}`, "tls"],
    [`sslmode=verify-ca&${OTHER_CA}`, "DATABASE_TLS"],
    [`sslmode=verify-full&${CA}`, "tls", "DATABASE_TLS"],
    [`sslmode=verify-full&${OTHER_CA}`, "DATABASE_TLS"],
    ["sslmode=verify-full&sslrootcert=system", "DATABASE_TLS"],
    ["sslmode=verify-full&sslrootcert=/no/such/file.pem", "DATABASE_CERTIFICATE_UNREADABLE"],
  ]));

Deno.test("sslmode means what libpq means, on a server without TLS", async () => {
  const address = await sharedCluster();
  await check((parameters) => urlOf(address, "postgres", parameters), [
    ["", "plain"],
    ["sslmode=disable", "plain"],
    ["sslmode=allow", "plain"],
    ["sslmode=prefer", "plain"],
    ["sslmode=require", "DATABASE_TLS"],
    [`sslmode=verify-full&${CA}`, "DATABASE_TLS"],
  ]);
});

Deno.test("sslmode=allow and prefer give way to what pg_hba.conf demands", async () => {
  await check((parameters) => server.url("tls_only", parameters), [
    ["sslmode=disable", "DATABASE_AUTHENTICATION"],
    ["sslmode=allow", "tls"],
    ["sslmode=prefer", "tls"],
  ]);
  await check((parameters) => server.url("plain_only", parameters), [
    ["sslmode=allow", "plain"],
    ["sslmode=prefer", "plain"],
    ["sslmode=require", "DATABASE_AUTHENTICATION"],
  ]);
});

Deno.test("a unix socket never uses TLS", async () => {
  const { directory, port } = server.address;
  const host = encodeURIComponent(directory);
  const inQuery = `postgres://postgres@/postgres?host=${host}&port=${port}&sslmode=require`;
  assert.equal(await outcome(inQuery), "plain");
  assert.equal(await outcome(`postgres://postgres@${host}:${port}/postgres`), "plain");
  const parts = { host: directory, port, database: "postgres", user: "postgres", password: "" };
  const db = await openPostgres({ kind: "parts", ...parts }, { schema: "oura" });
  assert.equal((await db.query("SELECT 1 AS n")).rowCount, 1);
  await db.close();
});
