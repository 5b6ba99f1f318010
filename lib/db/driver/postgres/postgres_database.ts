/**
 * The adapter for PostgreSQL servers. It keeps no session state (settings, named statements, session
 * locks), so that it works behind PgBouncer in transaction mode too.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type {
  CopyLines,
  Database,
  QueryResult,
  Row,
  StreamOptions,
  Transaction,
} from "../database.ts";
import { SqlError, toDatabaseError } from "../errors/errors.ts";
import { Cursors } from "../cursor.ts";
import { inSchema } from "../identifiers.ts";
import { Savepoints } from "../savepoints.ts";
import { AnswerWatch } from "./answer_watch.ts";
import { connectionsInUse } from "./connected.ts";
import { StatementStopper } from "./statement_stopper.ts";
import { encodeParameter } from "../text/values.ts";

/** Below this the per-item cost of the stream outweighs the work; above it memory is wasted. */
const COPY_CHUNK_CHARACTERS = 256 * 1024;

type Runner = Pick<pg.PoolClient, "query">;

/**
 * Asks for the protocol that takes one statement. Without parameters the driver would take the other
 * one, in which "COMMIT; DELETE …" gets out of a read-only transaction.
 */
function oneStatement(sql: string, params: readonly unknown[]): pg.QueryConfig {
  const config: pg.QueryConfig & { queryMode: "extended" } = {
    text: sql,
    values: params.map(encodeParameter),
    queryMode: "extended",
  };
  return config;
}

/** What a pool and a checked-out connection have in common. */
class PostgresQueryable {
  constructor(
    private readonly runner: Runner,
    readonly schema: string,
    readonly label: string,
    protected readonly stopper: StatementStopper,
    protected readonly answers: AnswerWatch,
    /** The group of a transaction, for its marks. */
    protected readonly group?: string,
  ) {}

  query<T extends Row = Row>(
    sql: string,
    params: readonly unknown[] = [],
  ): Promise<QueryResult<T>> {
    return this.queryRaw(inSchema(sql, this.schema), params);
  }

  async queryRaw<T extends Row = Row>(
    sql: string,
    params: readonly unknown[] = [],
  ): Promise<QueryResult<T>> {
    try {
      const result = await this.runner.query<T>(
        oneStatement(this.answers.mark(sql, this.group), params),
      );
      const columns = result.fields.map(({ name }) => name);
      return { rows: result.rows, columns, rowCount: result.rowCount ?? 0 };
    } catch (error) {
      throw this.failure(error);
    }
  }

  async exec(sql: string): Promise<Row[]> {
    try {
      const results: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await this.runner.query(
        this.answers.mark(inSchema(sql, this.schema), this.group),
      );
      return [results].flat().flatMap(({ rows }) => rows);
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Runs a COPY over a connection that nothing else uses. */
  protected async copy(client: pg.PoolClient, sql: string, lines: CopyLines): Promise<void> {
    try {
      const copy = copyFrom(this.answers.mark(inSchema(sql, this.schema), this.group));
      await pipeline(Readable.from(inChunks(lines)), client.query(copy));
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** What to throw for what the driver threw. */
  protected failure(error: unknown): unknown {
    return this.stopper.explain(toDatabaseError(error, this.label));
  }
}

/** A pool of connections to one server. */
export class PostgresDatabase extends PostgresQueryable implements Database {
  readonly kind = "postgres";
  readonly parallelism: number;

  /** @param open Makes a connection to the same server outside the pool, not connected yet. */
  constructor(
    private readonly pool: pg.Pool,
    open: () => pg.Client,
    schema: string,
    label: string,
  ) {
    const busy = connectionsInUse(pool);
    super(pool, schema, label, new StatementStopper(busy), new AnswerWatch(busy, open));
    this.parallelism = pool.options.max;
  }

  async transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.connect();
    const tx = new PostgresTransaction(
      client,
      this.schema,
      this.label,
      this.stopper,
      this.answers,
    );
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

  async copyIn(sql: string, lines: CopyLines): Promise<void> {
    const client = await this.connect();
    try {
      await this.copy(client, sql, lines);
      client.release();
    } catch (error) {
      await rollback(client);
      throw error;
    }
  }

  endStatementsOn(signal: AbortSignal): Disposable {
    return this.stopper.watch(signal);
  }

  watchAnswers(everyMs?: number, answerMs?: number): Disposable {
    return this.answers.start(everyMs, answerMs);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw this.failure(error);
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
  private readonly savepoints = new Savepoints(this);
  private readonly cursors = new Cursors((sql, params) => this.queryRaw(sql, params));

  constructor(
    private readonly client: pg.PoolClient,
    schema: string,
    label: string,
    stopper: StatementStopper,
    answers: AnswerWatch,
  ) {
    super(client, schema, label, stopper, answers, answers.group());
  }

  savepoint<T>(body: () => Promise<T>): Promise<T> {
    return this.savepoints.run(body);
  }

  stream<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: StreamOptions,
  ): AsyncGenerator<QueryResult<T>, void> {
    return this.streamRaw<T>(inSchema(sql, this.schema), params, options);
  }

  streamRaw<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: StreamOptions,
  ): AsyncGenerator<QueryResult<T>, void> {
    return this.cursors.stream<T>(sql, params, options);
  }

  copyIn(sql: string, lines: CopyLines): Promise<void> {
    return this.copy(this.client, sql, lines);
  }

  /** COMMIT of a transaction in which a statement failed rolls back, and reports success. */
  async commit(): Promise<void> {
    try {
      const { command } = await this.client.query(this.answers.mark("COMMIT", this.group));
      if (command === "COMMIT") return;
    } catch (error) {
      throw this.failure(error);
    }
    throw new SqlError(
      "DATABASE_TRANSACTION_ABORTED",
      `${this.label}: the transaction was rolled back, because a statement in it had failed`,
      { sqlState: "25P02", retryable: false },
    );
  }
}

/** Joins text into longer pieces; passes bytes on as they come. */
async function* inChunks(lines: CopyLines): AsyncGenerator<string | Uint8Array> {
  let chunk = "";
  for await (const piece of lines) {
    if (typeof piece === "string") chunk += piece;
    if (typeof piece === "string" && chunk.length < COPY_CHUNK_CHARACTERS) continue;
    if (chunk !== "") yield chunk;
    chunk = "";
    if (typeof piece !== "string") yield piece;
  }
  if (chunk !== "") yield chunk;
}
