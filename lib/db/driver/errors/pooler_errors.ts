/**
 * What PgBouncer answers by itself. It has one SQLSTATE for everything, so that only the text tells
 * a server that is away for a moment from a database that does not exist.
 */
import type { NetworkFailure } from "./network_errors.ts";

/** SQLSTATE of all that PgBouncer says: "protocol violation". */
const POOLER = "08P01";

/**
 * The first that fits counts: versions from 1.24 on quote the server's words inside their own.
 * Source: PgBouncer 1.12 to 1.25, src/client.c, src/janitor.c, src/objects.c, src/server.c.
 */
const BY_MESSAGE: readonly (readonly [RegExp, NetworkFailure])[] = [
  [/database "[^"]*" does not exist|no such database|database "[^"]*" is disabled/, {
    code: "DATABASE_MISSING",
    retryable: false,
    hint: "Create it (CREATE DATABASE …), or correct the name in DATABASE_URL or in PgBouncer's " +
      "[databases].",
  }],
  [
    /auth(entication)? failed|no such user|role "[^"]*" does not exist|login rejected|not allowed$|no pg_hba|server login failed: |password returned/,
    {
      code: "DATABASE_AUTHENTICATION",
      retryable: false,
      hint: "Check user and password in DATABASE_URL, PgBouncer's auth_file or auth_query, and " +
        "the server's pg_hba.conf.",
    },
  ],
  [/unsupported (options )?startup parameter/, {
    code: "DATABASE_REFUSED",
    retryable: false,
    hint: "PgBouncer does not pass it on: take `options` out of DATABASE_URL, or name it in " +
      "PgBouncer's ignore_startup_parameters.",
  }],
  [/SSL required|TLS (client certificate|connection) required|TLS certificate name/, {
    code: "DATABASE_TLS",
    retryable: false,
    hint: "PgBouncer asks for TLS (client_tls_sslmode): check sslmode in DATABASE_URL.",
  }],
  [/statement pooling mode/, {
    code: "DATABASE_REFUSED",
    retryable: false,
    hint: "Set pool_mode of this database to transaction or session in PgBouncer.",
  }],
  [
    /no more connections allowed|connections exceeded|too many c(lients|onnections)|connection slots/,
    {
      code: "DATABASE_TOO_MANY_CONNECTIONS",
      retryable: true,
      hint: "Lower --concurrency, or raise PgBouncer's max_client_conn or the server's " +
        "max_connections.",
    },
  ],
  [/query[ _]timeout/, {
    code: "DATABASE_TIMEOUT",
    retryable: false,
    hint: "The statement ran into PgBouncer's query_timeout.",
  }],
  [
    /server_login_retry|server down|cannot connect to server|query_wait_timeout|database system is|shutting down|pause failed/,
    {
      code: "DATABASE_UNREACHABLE",
      retryable: true,
      hint: "PgBouncer answers, but the server behind it does not, or has no session free.",
    },
  ],
];

/** Which failure an answer of PgBouncer is; undefined when it is none of these. */
export function poolerFailure(
  { code, message }: { code: string; message: string },
): NetworkFailure | undefined {
  if (code !== POOLER) return undefined;
  return BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
}
