/** The adapter for PGlite: PostgreSQL inside this process, one statement at a time. */
import { AsyncLocalStorage } from "node:async_hooks";
import { PGlite, type Results, type Transaction as PGliteTransaction } from "@electric-sql/pglite";
import type { Database, QueryResult, Row, StreamOptions, Transaction } from "../database.ts";
import { lockDirectory } from "./directory_lock.ts";
import {
  closeDirectory,
  hasDatabase,
  openDirectory,
  POSTGRESQL_CONF,
} from "./embedded_directory.ts";
import { toDatabaseError } from "../errors/errors.ts";
import { Cursors } from "../cursor.ts";
import { inSchema } from "../identifiers.ts";
import { Savepoints } from "../savepoints.ts";
import { DECODED_OIDS, decoderOf, encodeParameter } from "../text/values.ts";

/** Where an embedded database is, and how it is opened. */
export interface PgliteOptions {
  schema: string;
  /** All its files are in here; null keeps it in memory. */
  directory: string | null;
  /** A `dumpDataDir` to start a database in memory from, which is faster than a new one. */
  template?: Blob;
  /** Whether a missing database is made; else an empty one in memory is shown. @default true */
  create?: boolean;
  /** How long to wait for another process that has the directory open, in ms. @default 0 */
  patienceMs?: number;
}

/**
 * Opens an embedded database, creating it where there is none (2 to 3 s).
 * @throws {DatabaseError} When another process has the directory open, or the disk is full.
 */
export async function openPglite(options: PgliteOptions): Promise<Database> {
  const { directory, schema, template, create = true, patienceMs } = options;
  const label = directory ?? "memory";
  if (directory === null || !create && !await hasDatabase(directory)) {
    const pglite = await PGlite.create({
      dataDir: "memory://",
      postgresqlconf: [...POSTGRESQL_CONF],
      ...(template ? { loadDataDir: template } : {}),
    });
    return new PgliteDatabase(exchangeText(pglite), () => pglite.close(), schema, label);
  }
  const lock = await lockDirectory(directory, patienceMs);
  try {
    const opened = await openDirectory(directory, lock, create);
    const close = async () => {
      if (await closeDirectory(opened)) await lock.releaseClosed();
      else lock.release();
    };
    return new PgliteDatabase(exchangeText(opened.pglite), close, schema, label);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Leaves all conversion to `values.ts`: PGlite's own differs from what the server driver does. */
function exchangeText(pglite: PGlite): PGlite {
  const { parsers, serializers } = pglite;
  const oids = [...DECODED_OIDS, ...Object.keys(parsers).map(Number)];
  for (const oid of oids) parsers[oid] = decoderOf(oid);
  for (const oid of Object.keys(serializers)) serializers[oid] = (text: string) => text;
  return pglite;
}

type Runner = Pick<PGliteTransaction, "query" | "exec">;

/** What the database and a transaction have in common. */
class PgliteQueryable {
  constructor(
    private readonly runner: Runner,
    readonly schema: string,
    readonly label: string,
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
      const result = await this.runner.query<T>(sql, params.map(encodeParameter));
      const columns = result.fields.map(({ name }) => name);
      return { rows: result.rows, columns, rowCount: rowCountOf(result) };
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }

  async exec(sql: string): Promise<Row[]> {
    try {
      const results = await this.runner.exec(inSchema(sql, this.schema));
      return results.flatMap(({ rows }) => rows as Row[]);
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }
}

function rowCountOf(result: Results<Row>): number {
  return result.rows.length || (result.affectedRows ?? 0);
}

class PgliteDatabase extends PgliteQueryable implements Database {
  readonly kind = "pglite";
  readonly parallelism = 1;
  private readonly current = new AsyncLocalStorage<{ open: boolean }>();

  constructor(
    private readonly pglite: PGlite,
    private readonly closeAll: () => Promise<void>,
    schema: string,
    label: string,
  ) {
    super(pglite, schema, label);
  }

  override queryRaw<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<QueryResult<T>> {
    this.assertOutsideTransaction();
    return super.queryRaw(sql, params);
  }

  override exec(sql: string): Promise<Row[]> {
    this.assertOutsideTransaction();
    return super.exec(sql);
  }

  async transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    this.assertOutsideTransaction();
    const state = { open: true };
    let thrown: { error: unknown } | undefined;
    try {
      return await this.pglite.transaction(async (tx) => {
        try {
          const transaction = new PgliteOpenTransaction(tx, this.schema, this.label);
          return await this.current.run(state, () => body(transaction));
        } catch (error) {
          thrown = { error };
          throw error;
        }
      });
    } catch (error) {
      // What the body threw is the caller's; only PGlite's own failures are translated.
      throw thrown ? thrown.error : toDatabaseError(error, this.label);
    } finally {
      state.open = false;
    }
  }

  close(): Promise<void> {
    return this.closeAll();
  }

  /** There is one connection: a statement beside the open transaction would wait for ever. */
  private assertOutsideTransaction(): void {
    if (this.current.getStore()?.open) {
      throw new TypeError("inside a transaction, use the transaction and not the database");
    }
  }
}

class PgliteOpenTransaction extends PgliteQueryable implements Transaction {
  private readonly savepoints = new Savepoints(this);
  private readonly cursors = new Cursors((sql, params) => this.queryRaw(sql, params));

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
}
