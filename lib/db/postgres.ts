/** The adapter for PostgreSQL servers, also behind PgBouncer in transaction mode: no session state. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { ConnectionSettings } from "./connection.ts";
import type { Database, QueryResult, Row, Transaction } from "./database.ts";
import { SqlError, toDatabaseError } from "./errors.ts";
import { type ServerAddress, serverAddress } from "./server_url.ts";
import { type TlsAttempt, tlsAttempts } from "./tls.ts";
import { decoderOf, encodeParameter } from "./values.ts";

/** How a server pool is opened. */
export interface PostgresOptions {
  schema: string;
  /** Connections at most; also how many transactions can be in flight. */
  poolSize?: number;
}

const DEFAULT_POOL_SIZE = 4;
/** Below this the per-item cost of the stream outweighs the work; above it memory is wasted. */
const COPY_CHUNK_CHARACTERS = 64 * 1024;

/**
 * Connects to a server. The first connection is made here, so that a wrong address, password or
 * certificate is reported before any work begins.
 * @throws {UsageError} When the URL or a certificate file cannot be read.
 * @throws {SqlError} When the server cannot be reached or refuses the sign-in.
 */
export async function openPostgres(
  connection: Exclude<ConnectionSettings, { kind: "embedded" }>,
  options: PostgresOptions,
): Promise<Database> {
  const address = serverAddress(connection);
  const label = `${address.host}:${address.port}/${address.database}`;
  const attempts = await tlsAttempts(address);
  for (const [index, tls] of attempts.entries()) {
    const pool = openPool(address, tls, options.poolSize ?? DEFAULT_POOL_SIZE);
    try {
      (await pool.connect()).release();
      return new PostgresDatabase(pool, options.schema, label);
    } catch (error) {
      await pool.end();
      const failure = toDatabaseError(error, label);
      if (index === attempts.length - 1 || !concernsTls(failure)) throw failure;
    }
  }
  throw new RangeError("sslmode stands for no attempt");
}

/** A server may also refuse plain text or TLS in pg_hba.conf (28000). */
function concernsTls(failure: unknown): boolean {
  return failure instanceof SqlError &&
    (failure.code === "DATABASE_TLS" || failure.sqlState === "28000");
}

function openPool(address: ServerAddress, ssl: TlsAttempt, size: number): pg.Pool {
  const config: pg.ClientConfig = {
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    // A function, even for no password: else the driver would look for ~/.pgpass.
    password: () => address.password ?? "",
    ssl,
    application_name: address.applicationName,
    client_encoding: "UTF8",
    keepAlive: true,
    connectionTimeoutMillis: address.connectTimeoutMs,
    types: { getTypeParser: (oid: number) => decoderOf(oid) },
    ...(address.options === null ? {} : { options: address.options }),
  };
  /** Takes its settings here, so that the timeout bounds connecting, not waiting for a free slot. */
  class Client extends pg.Client {
    constructor() {
      super(config);
    }
  }
  const pool = new pg.Pool({ max: size, idleTimeoutMillis: 0, Client });
  // A connection that dies is reported by the statement that uses it next. Without listeners the
  // event would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

type Runner = Pick<pg.PoolClient, "query">;

/** What a pool and a checked-out connection have in common. */
class PostgresQueryable {
  constructor(
    private readonly runner: Runner,
    readonly schema: string,
    readonly label: string,
  ) {}

  async query<T extends Row = Row>(
    sql: string,
    params: readonly unknown[] = [],
  ): Promise<QueryResult<T>> {
    try {
      const result = await this.runner.query<T>(sql, params.map(encodeParameter));
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }

  async exec(sql: string): Promise<void> {
    try {
      await this.runner.query(sql);
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }
}

class PostgresDatabase extends PostgresQueryable implements Database {
  readonly kind = "postgres";
  readonly parallelism: number;

  constructor(private readonly pool: pg.Pool, schema: string, label: string) {
    super(pool, schema, label);
    this.parallelism = pool.options.max;
  }

  async transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.connect();
    const tx = new PostgresTransaction(client, this.schema, this.label);
    try {
      await tx.exec("BEGIN ISOLATION LEVEL READ COMMITTED");
      const result = await body(tx);
      await tx.commit();
      client.release();
      return result;
    } catch (error) {
      await rollback(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }
}

/** A connection that cannot even roll back is thrown away; the server then rolls back by itself. */
async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query("ROLLBACK");
    client.release();
  } catch {
    client.release(true);
  }
}

class PostgresTransaction extends PostgresQueryable implements Transaction {
  private savepoints = 0;

  constructor(private readonly client: pg.PoolClient, schema: string, label: string) {
    super(client, schema, label);
  }

  async savepoint<T>(body: () => Promise<T>): Promise<T> {
    const name = `s${++this.savepoints}`;
    await this.exec(`SAVEPOINT ${name}`);
    try {
      const result = await body();
      await this.exec(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (error) {
      await this.exec(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`);
      throw error;
    }
  }

  async copyIn(sql: string, lines: AsyncIterable<string> | Iterable<string>): Promise<void> {
    try {
      await pipeline(Readable.from(inChunks(lines)), this.client.query(copyFrom(sql)));
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }

  /** COMMIT of a transaction in which a statement failed rolls back, and reports success. */
  async commit(): Promise<void> {
    try {
      const { command } = await this.client.query("COMMIT");
      if (command === "COMMIT") return;
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
    throw new SqlError(
      "DATABASE_TRANSACTION_ABORTED",
      `${this.label}: the transaction was rolled back, because a statement in it had failed`,
      { sqlState: "25P02", retryable: false },
    );
  }
}

async function* inChunks(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let chunk = "";
  for await (const text of lines) {
    chunk += text;
    if (chunk.length >= COPY_CHUNK_CHARACTERS) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}
