/**
 * The one interface behind which PostgreSQL servers and the embedded PGlite look the same.
 *
 * Values come back alike from both: `bigint` as number (string beyond 2^53), `numeric` as string,
 * `date` as `YYYY-MM-DD`, `timestamptz` as Date, `interval` as string in ISO 8601, `json`/`jsonb`
 * parsed, `bytea` as Uint8Array, arrays as arrays; every other type as PostgreSQL's text.
 *
 * Parameters go the other way: a Date, a Uint8Array, an array (as an SQL array) or an object (as
 * JSON). A JSON array is passed as `JSON.stringify(array)`.
 */

/** A row by column name. */
export type Row = Record<string, unknown>;

/** How a result is streamed. */
export interface StreamOptions {
  /** Rows in memory at once. @default 1000 */
  batchRows?: number;
}

/** Lines of PostgreSQL's COPY format: text, or text in UTF-8; or the bytes of its binary format. */
export type CopyLines = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** The outcome of one statement. */
export interface QueryResult<T extends Row = Row> {
  rows: T[];
  /** Names of the columns in order; of two alike, a row holds only the last. */
  columns: readonly string[];
  /** Rows written or returned. */
  rowCount: number;
}

/**
 * Something that runs one statement at a time: the database itself or a transaction. Our SQL is
 * written against the schema `oura`; whatever runs it points it at the configured schema. Only the
 * text of the statement is rewritten, never a parameter, a literal or a quoted name.
 */
export interface Queryable {
  /** The SQL schema of all tables. */
  readonly schema: string;
  /**
   * Runs one statement with `$1…` parameters.
   * @throws {DatabaseError} With the SQLSTATE in `sqlState`, except for programming errors.
   */
  query<T extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<T>>;
  /** The same for SQL that a person wrote: it is sent as it is. */
  queryRaw<T extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<T>>;
  /**
   * Runs several statements without parameters, such as a migration.
   * @returns The rows of all of them, in order.
   */
  exec(sql: string): Promise<Row[]>;
}

/** An open transaction. */
export interface Transaction extends Queryable {
  /** Runs `body` behind a savepoint: a failure undoes only what `body` did, and is rethrown. */
  savepoint<T>(body: () => Promise<T>): Promise<T>;
  /**
   * Runs one query and yields its rows in batches, through a cursor: memory does not grow with the
   * result. Takes `$1…` parameters. The first batch comes even when it is empty.
   */
  stream<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: StreamOptions,
  ): AsyncGenerator<QueryResult<T>, void>;
  /** The same for a query that a person wrote: it is sent as it is. */
  streamRaw<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: StreamOptions,
  ): AsyncGenerator<QueryResult<T>, void>;
  /**
   * Bulk-loads text of PostgreSQL's COPY format, where the adapter can, reading `lines` no faster
   * than the server takes them. Undefined on PGlite.
   * @param sql The whole `COPY … FROM STDIN` statement.
   * @param lines Each item holds one or more whole lines, every line ended by `\n`, or a part of the
   * binary format.
   */
  copyIn?(sql: string, lines: CopyLines): Promise<void>;
}

/** A database: a server pool or an embedded one. */
export interface Database extends Queryable {
  readonly kind: "postgres" | "pglite";
  /** How many transactions can be in flight at once; 1 when embedded. */
  readonly parallelism: number;
  /** For people: host and database, or the directory. Never a password. */
  readonly label: string;
  /** {@linkcode Transaction.copyIn} in a transaction of its own, without a round trip for it. */
  copyIn?(sql: string, lines: CopyLines): Promise<void>;
  /** Commits when `body` returns, rolls back when it throws. */
  transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Once `signal` is aborted, a statement that does not end within a second, because it waits for a
   * lock say, is cancelled and fails with the signal's reason. Holds until disposed of. Undefined on
   * PGlite, which nothing else can hold up.
   */
  endStatementsOn?(signal: AbortSignal): Disposable;
  /**
   * Until disposed of, a statement whose answer the network lost fails after about a minute. Statements
   * that only take long continue. Undefined on PGlite.
   * @param everyMs How often statements are checked. @default 10_000
   * @param answerMs How long the server may take to answer a check. @default 10_000
   */
  watchAnswers?(everyMs?: number, answerMs?: number): Disposable;
  close(): Promise<void>;
}
