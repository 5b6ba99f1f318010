import { UsageError } from "../../../errors.ts";
import type { ConnectionSettings } from "../connection.ts";

/** What `sslmode` may say, weakest first. Source: PostgreSQL manual, libpq, "SSL Support". */
export const SSL_MODES = [
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
] as const;

/** See {@linkcode SSL_MODES}. */
export type SslMode = typeof SSL_MODES[number];

/** A server and how to sign in to it, whichever way it was written down. */
export interface ServerAddress {
  /** A name, an address, or the directory of a unix socket (starts with `/`). */
  host: string;
  port: number;
  database: string;
  user: string;
  password: string | null;
  sslMode: SslMode;
  /** Paths of PEM files; `sslRootCert` may be `system`. */
  sslRootCert: string | null;
  sslCert: string | null;
  sslKey: string | null;
  /** Milliseconds to wait for a connection. */
  connectTimeoutMs: number;
  applicationName: string;
  /** Command-line options for the session, only if the URL asks: poolers may refuse them. */
  options: string | null;
}

/** Parameters of libpq that change nothing here, because the driver decides or has no say. */
const IGNORED = new Set([
  "channel_binding",
  "client_encoding",
  "fallback_application_name",
  "gssencmode",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "ssl_min_protocol_version",
  "sslcompression",
  "sslsni",
  "target_session_attrs",
  "tcp_user_timeout",
]);

/** Longer than the 15 s after which PgBouncer looks again for a server that was away. */
const DEFAULT_CONNECT_TIMEOUT_MS = 20_000;
/** A comma behind the last @ of what stands before path and query. */
const SEVERAL_HOSTS = /^\w+:\/\/[^/?]*,[^/?@]*(?:[/?]|$)/;
/** `postgres://user@/db?host=/run/postgresql`, `postgres://:5433/db?user=me`. */
const NO_HOST = /^(\w+:\/\/(?:[^/?]*@|(?![^/?]*@)))(?=[/?:]|$)/;
const HINT = "Write it as postgres://user:password@host:5432/database?sslmode=verify-full.";

/**
 * Reads a libpq connection URL or the separate parts.
 * @throws {UsageError} When the URL cannot be read. The message never repeats it: it holds a password.
 */
export function serverAddress(
  connection: Exclude<ConnectionSettings, { kind: "embedded" }>,
): ServerAddress {
  if (connection.kind === "parts") {
    const { host, port, database, user, password } = connection;
    return { ...defaults(), host, port, database, user, password: password || null };
  }
  const url = parseUrl(connection.url);
  const address = defaults();
  const parameters = new Map(url.searchParams);
  const take = (name: string): string | null => {
    const value = parameters.get(name) ?? null;
    parameters.delete(name);
    return value;
  };
  address.host = take("host") ?? (decode(url.hostname.replace(/^\[|\]$/g, "")) || address.host);
  address.port = portNumber(take("port") ?? (url.port || String(address.port)));
  address.user = take("user") ?? decode(url.username);
  address.password = take("password") ?? (decode(url.password) || null);
  address.database = take("dbname") ?? (decode(url.pathname.slice(1)) || address.user);
  address.sslMode = sslMode(take("sslmode") ?? address.sslMode);
  address.sslRootCert = take("sslrootcert");
  address.sslCert = take("sslcert");
  address.sslKey = take("sslkey");
  address.connectTimeoutMs = timeout(take("connect_timeout")) ?? address.connectTimeoutMs;
  address.applicationName = take("application_name") ?? address.applicationName;
  address.options = take("options");
  const unknown = [...parameters.keys()].filter((name) => !IGNORED.has(name));
  if (unknown.length > 0) throw invalid(`it has unknown parameters: ${unknown.join(", ")}`);
  if (address.user === "") throw invalid("it names no user");
  return address;
}

function defaults(): ServerAddress {
  return {
    host: "localhost",
    port: 5432,
    database: "",
    user: "",
    password: null,
    sslMode: "prefer",
    sslRootCert: null,
    sslCert: null,
    sslKey: null,
    connectTimeoutMs: DEFAULT_CONNECT_TIMEOUT_MS,
    applicationName: "oura-sync",
    options: null,
  };
}

function parseUrl(text: string): URL {
  if (!/^postgres(ql)?:\/\//i.test(text)) throw invalid("it does not start with postgres://");
  if (SEVERAL_HOSTS.test(text)) throw invalid("it names several hosts; name the primary");
  // What stands before the last @ may hold unescaped characters that end the host part early.
  if (/#/.test(text)) throw invalid("it holds a #; write it as %23");
  // WHATWG URLs know no user or port without a host, libpq does.
  const parsed = URL.parse(text.replace(NO_HOST, "$1localhost"));
  if (!parsed) throw invalid("it is not a URL; characters such as / ? # @ % need escaping");
  return parsed;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid("it holds a % that is not an escape; write it as %25");
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw invalid("its port is no number");
  return port;
}

/** libpq takes 0 as "wait for ever"; a sync on a schedule must not. */
function timeout(seconds: string | null): number | null {
  const number = Number(seconds ?? "0");
  if (!Number.isInteger(number) || number < 0) throw invalid("its connect_timeout is no number");
  return number === 0 ? null : number * 1000;
}

function sslMode(text: string): SslMode {
  const mode = SSL_MODES.find((known) => known === text);
  if (!mode) throw invalid(`its sslmode is none of ${SSL_MODES.join(", ")}`);
  return mode;
}

function invalid(reason: string): UsageError {
  return new UsageError("DATABASE_URL_INVALID", `DATABASE_URL cannot be read: ${reason}`, {
    hint: HINT,
  });
}
