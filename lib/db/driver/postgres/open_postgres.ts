/** Connects to PostgreSQL servers. */
import pg from "pg";
import type { ConnectionSettings } from "../connection.ts";
import { UsageError } from "../../../errors.ts";
import { loggerOf } from "../../../log/log.ts";
import { guardConnection } from "./connection_guard.ts";
import type { Database } from "../database.ts";
import { SqlError, toDatabaseError } from "../errors/errors.ts";
import { PostgresDatabase } from "./postgres_database.ts";
import { retryStatement } from "../retry_transaction.ts";
import { checkServer } from "./server_check.ts";
import { type ServerAddress, serverAddress } from "./server_url.ts";
import { type TlsAttempt, tlsAttempts } from "./tls.ts";
import { decoderOf } from "../text/values.ts";

/** How a server pool is opened. */
export interface PostgresOptions {
  schema: string;
  /** Connections at most; also how many transactions can be in flight. */
  poolSize?: number;
  /** How long a statement may take, in ms. @default No limit */
  answerTimeoutMs?: number;
}

const DEFAULT_POOL_SIZE = 4;
/** Idle time after which the network is asked whether the server is still there. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Connects to a server. The first connection is made here, so that a wrong address, password or
 * certificate is reported before any work begins.
 * @throws {UsageError} When the URL or a certificate file cannot be read.
 * @throws {SqlError} When the server cannot be reached or refuses the sign-in. One that says it will
 * soon be there is waited for.
 */
export async function openPostgres(
  connection: Exclude<ConnectionSettings, { kind: "embedded" }>,
  options: PostgresOptions,
): Promise<Database> {
  const address = serverAddress(connection);
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const label = `${host}:${address.port}/${address.database}`;
  const attempts = await tlsAttempts(address);
  if (attempts.length === 0) throw channelBindingOverSocket();
  for (const notice of address.notices) loggerOf("database").warn(notice);
  for (const [index, tls] of attempts.entries()) {
    const Client = clientOf(address, tls, options);
    const pool = openPool(Client, options);
    try {
      const db = new PostgresDatabase(pool, () => new Client(), options.schema, label);
      await retryStatement(db, () => checkServer(db), { when: comesSoon });
      return db;
    } catch (error) {
      await pool.end();
      const failure = toDatabaseError(error, label);
      if (index === attempts.length - 1 || !concernsTls(failure)) throw failure;
    }
  }
  throw new RangeError("sslmode stands for no attempt");
}

function channelBindingOverSocket(): UsageError {
  return new UsageError(
    "DATABASE_URL_INVALID",
    "DATABASE_URL cannot be read: channel_binding=require needs TLS, which a unix socket has not",
    { hint: "Take channel_binding out of DATABASE_URL, or connect over TCP." },
  );
}

/**
 * Whether the answer shows that the server will come: it is starting, or a pooler reports it as away.
 * After an outage, PgBouncer reports the server as away to the first client, even if it has long been
 * back, and only then connects to it again. If there is no answer, the address may be wrong.
 */
function comesSoon({ code, sqlState }: SqlError): boolean {
  return code === "DATABASE_UNREACHABLE" && sqlState !== null;
}

/** A server may also refuse plain text or TLS in pg_hba.conf (28000). */
function concernsTls(failure: unknown): boolean {
  return failure instanceof SqlError &&
    (failure.code === "DATABASE_TLS" || failure.sqlState === "28000");
}

/** The class of the connections, which all have the settings of the address. */
function clientOf(
  address: ServerAddress,
  ssl: TlsAttempt,
  { answerTimeoutMs }: PostgresOptions,
): new () => pg.Client {
  const config: pg.ClientConfig & { sslnegotiation?: string; enableChannelBinding: boolean } = {
    host: address.hostAddress ?? address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    ssl,
    application_name: address.applicationName,
    client_encoding: "UTF8",
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: address.connectTimeoutMs,
    enableChannelBinding: address.requiresChannelBinding,
    types: { getTypeParser: (oid: number) => decoderOf(oid) },
    ...(answerTimeoutMs === undefined ? {} : { query_timeout: answerTimeoutMs }),
    ...(address.options === null ? {} : { options: address.options }),
    ...(ssl === false ? {} : { sslnegotiation: address.negotiation }),
  };
  // Takes its settings here, so that the timeout bounds connecting, not waiting for a free slot.
  return class Client extends pg.Client {
    constructor() {
      // A function, even for no password: else the driver would look for ~/.pgpass.
      let password = () => "";
      super({ ...config, password: () => password() });
      password = guardConnection(this.connection, address);
    }
  };
}

function openPool(
  Client: new () => pg.Client,
  { poolSize = DEFAULT_POOL_SIZE }: PostgresOptions,
): pg.Pool {
  const pool = new pg.Pool({ max: poolSize, idleTimeoutMillis: 0, Client });
  // A connection that dies is reported by the statement that uses it next. Without listeners the
  // event would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}
