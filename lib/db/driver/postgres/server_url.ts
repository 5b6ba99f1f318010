import { UsageError } from "../../../errors.ts";
import type { ConnectionSettings } from "../connection.ts";
import { readProtection, type ServerProtection } from "./server_protection.ts";
import { IGNORED, IGNORED_WITH_NOTICE, UrlParameters } from "./url_parameters.ts";

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
export interface ServerAddress extends ServerProtection {
  /** A name, an address, or the directory of a unix socket (starts with `/`). */
  host: string;
  /** Where to connect to, in place of looking the host's name up. */
  hostAddress: string | null;
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
  /** What a person should know about the settings, in sentences. */
  notices: string[];
}

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
    const address = { ...defaults(), host, port, database, user, password: password || null };
    return withClearTextNotice(address, "give the server as DATABASE_URL, with its sslmode");
  }
  const url = parseUrl(connection.url);
  const address = defaults();
  const parameters = new UrlParameters(url.search, invalid);
  const take = (name: string) => parameters.take(name);
  address.host = take("host") ?? (decode(url.hostname.replace(/^\[|\]$/g, "")) || address.host);
  address.hostAddress = take("hostaddr");
  address.port = portNumber(take("port") ?? (url.port || String(address.port)));
  address.user = take("user") ?? decode(url.username);
  address.password = take("password") ?? (decode(url.password) || null);
  address.database = take("dbname") ?? (decode(url.pathname.slice(1)) || address.user);
  const ssl = parameters.takeOnly("ssl", ["true"]);
  const mode = take("sslmode") ?? (ssl === null ? null : "require");
  address.sslMode = sslMode(mode ?? address.sslMode);
  address.sslRootCert = take("sslrootcert");
  address.sslCert = take("sslcert");
  address.sslKey = take("sslkey");
  address.connectTimeoutMs = timeout(take("connect_timeout")) ?? address.connectTimeoutMs;
  address.applicationName = take("application_name") ?? address.applicationName;
  address.options = take("options");
  Object.assign(address, readProtection(parameters, address, invalid));
  const left = parameters.left().filter((name) => !IGNORED.includes(name));
  const unknown = left.filter((name) => !IGNORED_WITH_NOTICE.includes(name));
  if (unknown.length > 0) throw invalid(`it has unknown parameters: ${unknown.join(", ")}`);
  for (const name of left) address.notices.push(`${name} in DATABASE_URL changes nothing here.`);
  if (address.user === "") throw invalid("the user is missing");
  return mode === null ? withClearTextNotice(address, "add sslmode=verify-full to it") : address;
}

/** Without `sslmode`, as in libpq, a server that offers no TLS gets the password all the same. */
function withClearTextNotice(address: ServerAddress, fix: string): ServerAddress {
  const isHere = /^(?:\/|localhost$|127\.|::1$)/.test(address.hostAddress ?? address.host);
  if (isHere || address.password === null || address.requiresTls) return address;
  address.notices.push(
    "The database's password may be sent unencrypted, because DATABASE_URL has no sslmode: " +
      `${fix}, or sslmode=disable where the network is your own.`,
  );
  return address;
}

function defaults(): ServerAddress {
  return {
    host: "localhost",
    hostAddress: null,
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
    negotiation: "postgres",
    sendsCertificate: true,
    lowestTls: null,
    requiresTls: false,
    requiresChannelBinding: false,
    allowsAuthentication: () => true,
    notices: [],
  };
}

function parseUrl(text: string): URL {
  if (!/^postgres(ql)?:\/\//i.test(text)) throw invalid("it does not start with postgres://");
  if (SEVERAL_HOSTS.test(text)) throw invalid("it names several hosts; name the primary");
  // What stands before the last @ may hold unescaped characters that end the host part early.
  if (/#/.test(text)) throw invalid("it holds a #; write it as %23");
  // What follows the first / or ? would be taken for the database or a parameter, and be shown.
  if (/^\w+:\/\/[^/?]*[/?].*@/s.test(text)) {
    throw invalid("it holds an @ behind the first / or ?; in a password write / as %2F, ? as %3F");
  }
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
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw invalid("its port is not a number from 1 to 65535");
  }
  return port;
}

/** libpq takes 0 as "wait for ever"; a sync on a schedule must not. */
function timeout(seconds: string | null): number | null {
  const number = Number(seconds ?? "0");
  if (!Number.isInteger(number) || number < 0) throw invalid("its connect_timeout is not a number");
  return number === 0 ? null : number * 1000;
}

function sslMode(text: string): SslMode {
  const mode = SSL_MODES.find((known) => known === text);
  if (!mode) throw invalid(`its sslmode must be one of ${SSL_MODES.join(", ")}`);
  return mode;
}

function invalid(reason: string): UsageError {
  return new UsageError("DATABASE_URL_INVALID", `DATABASE_URL cannot be read: ${reason}`, {
    hint: HINT,
  });
}
