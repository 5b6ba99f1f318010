/** What PgBouncer says by itself: all of it under one SQLSTATE, so that the words decide. */
import assert from "node:assert/strict";
import { SqlError } from "../../lib/db/driver/errors/errors.ts";
import { poolerFailure } from "../../lib/db/driver/errors/pooler_errors.ts";
import { openPostgres } from "../../lib/db/driver/postgres/open_postgres.ts";
import { PgBouncer } from "../faults/support/pgbouncer.ts";
import { sharedCluster, urlOf } from "../support/postgres.ts";

const STRICT = { sanitizeOps: true, sanitizeResources: true };
const cluster = await sharedCluster();

/** Runs a transaction through a pooler of these settings; returns how it failed. */
async function refusal(
  settings: Record<string, string>,
  { statement = "SELECT", query = "sslmode=disable" } = {},
): Promise<SqlError> {
  await using bouncer = await PgBouncer.start(cluster, settings);
  const url = urlOf({ ...cluster, port: bouncer.port }, "postgres", query);
  try {
    const db = await openPostgres({ kind: "url", url }, { schema: "oura", poolSize: 2 });
    try {
      await db.transaction(async (tx) => {
        await tx.query(statement);
        await db.query("SELECT");
      });
    } finally {
      await db.close();
    }
  } catch (error) {
    assert.ok(error instanceof SqlError, String(error));
    assert.equal(error.sqlState, "08P01");
    assert.ok(error.hint);
    return error;
  }
  throw new assert.AssertionError({ message: "it was let through" });
}

Deno.test(
  "a pooler in the wrong mode, a statement too slow for it, too many at it",
  STRICT,
  async () => {
    const failures = [
      await refusal({ pool_mode: "statement" }),
      await refusal({ query_timeout: "1" }, { statement: "SELECT pg_sleep(30)" }),
      await refusal({ max_client_conn: "1" }),
      await refusal({}, { query: "sslmode=disable&options=-c%20geqo%3Doff" }),
    ];
    assert.deepEqual(failures.map(({ code, retryable }) => [code, retryable]), [
      ["DATABASE_REFUSED", false],
      ["DATABASE_TIMEOUT", false],
      ["DATABASE_TOO_MANY_CONNECTIONS", true],
      ["DATABASE_REFUSED", false],
    ]);
  },
);

/** Of versions that this machine may not have. */
const WORDS: readonly [words: string, code: string, retryable: boolean][] = [
  ["pgbouncer cannot connect to server", "DATABASE_UNREACHABLE", true],
  ["client_login_timeout (server down)", "DATABASE_UNREACHABLE", true],
  ["server shutting down", "DATABASE_UNREACHABLE", true],
  ["the database system is starting up", "DATABASE_UNREACHABLE", true],
  [
    "server login has been failing, cached error: connect failed (server_login_retry)",
    "DATABASE_UNREACHABLE",
    true,
  ],
  [
    'server login has been failing, cached error: database "x" does not exist (server_login_retry)',
    "DATABASE_MISSING",
    false,
  ],
  ["no such database: x", "DATABASE_MISSING", false],
  ['database "x" is disabled', "DATABASE_MISSING", false],
  ["auth failed", "DATABASE_AUTHENTICATION", false],
  ['password authentication failed for user "x"', "DATABASE_AUTHENTICATION", false],
  ["server login failed: wrong password type", "DATABASE_AUTHENTICATION", false],
  ["SSL required", "DATABASE_TLS", false],
  [
    "client connections exceeded (max_db_client_connections)",
    "DATABASE_TOO_MANY_CONNECTIONS",
    true,
  ],
];

Deno.test("poolerFailure() knows the words of old and new versions", () => {
  for (const [message, code, retryable] of WORDS) {
    const failure = poolerFailure({ code: "08P01", message });
    assert.deepEqual([failure?.code, failure?.retryable], [code, retryable], message);
  }
  assert.equal(poolerFailure({ code: "08P01", message: "client_idle_timeout" }), undefined);
  assert.equal(poolerFailure({ code: "42501", message: "no such database: x" }), undefined);
});
