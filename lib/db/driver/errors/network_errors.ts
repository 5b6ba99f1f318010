/** Failures below PostgreSQL's protocol: sockets, TLS, and the driver giving up. */
import type { ErrorCode } from "../../../error_codes/codes.ts";

/** One kind of failure, as {@linkcode toDatabaseError} reports it. */
export interface NetworkFailure {
  code: ErrorCode;
  retryable: boolean;
  hint: string;
}

/** One failed attempt of several stands for all: they are alike. */
export function firstFailure(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : error;
}

const UNREACHABLE: NetworkFailure = {
  code: "DATABASE_UNREACHABLE",
  retryable: true,
  hint: "Check that the server runs, and host, port and firewall in DATABASE_URL.",
};

const SILENT: NetworkFailure = {
  ...UNREACHABLE,
  hint: "Check that the server runs, and host, port and firewall in DATABASE_URL. PgBouncer is " +
    "silent like this while it cannot reach the server behind it.",
};

const LOST: NetworkFailure = {
  code: "DATABASE_CONNECTION_LOST",
  retryable: true,
  hint: "The server or the network closed the connection; the next run goes on where it stopped.",
};

const TLS: NetworkFailure = {
  code: "DATABASE_TLS",
  retryable: false,
  hint: "Check sslmode and sslrootcert in DATABASE_URL, and the server's certificate.",
};

const AUTHENTICATION: NetworkFailure = {
  code: "DATABASE_AUTHENTICATION",
  retryable: false,
  hint: "The server asks for a password: add it to DATABASE_URL or set DB_PASSWORD.",
};

const BY_ERRNO: Readonly<Record<string, NetworkFailure>> = {
  ECONNREFUSED: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ENOENT: UNREACHABLE,
  EACCES: UNREACHABLE,
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  EPIPE: LOST,
  ERR_STREAM_PREMATURE_CLOSE: LOST,
  ERR_STREAM_DESTROYED: LOST,
};

/** The driver has no codes for these, only texts. Source: pg 8.23, lib/client.js, lib/connection.js. */
const BY_MESSAGE: readonly (readonly [RegExp, NetworkFailure])[] = [
  [/password must be a (non-empty )?string/i, AUTHENTICATION],
  [/timeout/i, SILENT],
  [/certificate|SSL|TLS|altnames|handshake/i, TLS],
  [/connection terminated|connection ended|not queryable|closed the connection/i, LOST],
];

/** Which failure an error of the driver or the runtime is; undefined when it is none of these. */
export function networkFailure(error: unknown): NetworkFailure | undefined {
  const first = firstFailure(error);
  if (!(first instanceof Error)) return undefined;
  const errno = "code" in first && typeof first.code === "string" ? first.code : "";
  if (BY_ERRNO[errno]) return BY_ERRNO[errno];
  if (first instanceof TypeError || first instanceof RangeError) return undefined;
  return BY_MESSAGE.find(([pattern]) => pattern.test(first.message))?.[1];
}
