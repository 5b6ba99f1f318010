/** The adapter for PGlite: PostgreSQL inside this process, one statement at a time. */
import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import {
  PGlite,
  type PGliteOptions,
  type Results,
  type Transaction as PGliteTransaction,
} from "@electric-sql/pglite";
import { DatabaseError, messageOf } from "../errors.ts";
import type { Database, QueryResult, Row, Transaction } from "./database.ts";
import { type DirectoryLock, lockDirectory } from "./directory_lock.ts";
import { toDatabaseError } from "./errors.ts";
import { DECODED_OIDS, decoderOf, encodeParameter } from "./values.ts";

/** Where an embedded database lives. */
export interface PgliteOptions {
  schema: string;
  /** Everything it keeps lies in here; null keeps it in memory. */
  directory: string | null;
  /** A `dumpDataDir` to start a database in memory from, which is faster than a new one. */
  template?: Blob;
}

/** PGlite's default of 128 MB would be resident at once. */
const SHARED_BUFFERS = "shared_buffers=16MB";

/**
 * Opens an embedded database, creating it where there is none (2 to 3 s).
 * @throws {DatabaseError} When another process has the directory open.
 */
export async function openPglite(options: PgliteOptions): Promise<Database> {
  const { directory, schema, template } = options;
  const label = directory ?? "memory";
  if (directory === null) {
    const pglite = await create("memory://", template ? { loadDataDir: template } : {});
    return new PgliteDatabase(pglite, null, schema, label);
  }
  const lock = await lockDirectory(directory);
  try {
    return new PgliteDatabase(await openDirectory(directory), lock, schema, label);
  } catch (error) {
    lock.release();
    throw new DatabaseError(
      "DATABASE_EMBEDDED",
      `${directory}: the embedded database cannot be opened: ${messageOf(error)}`,
      { hint: "Restore the directory from a backup, or move it away to begin anew.", cause: error },
    );
  }
}

/**
 * A process killed while it creates a database leaves one that never opens again. The mark says so
 * to the next one; before it is gone nothing has been stored.
 */
async function openDirectory(directory: string): Promise<PGlite> {
  // A directory of its own: PGlite wants it empty, and the lock lies beside it.
  const data = join(directory, "pgdata");
  const mark = join(directory, "database.creating");
  const unfinished = await exists(mark);
  if (await exists(data)) {
    if (!unfinished) return await create(data);
    await Deno.remove(data, { recursive: true });
  }
  await Deno.writeTextFile(mark, "");
  const pglite = await create(data);
  await Deno.remove(mark);
  return pglite;
}

async function create(dataDir: string, options: PGliteOptions = {}): Promise<PGlite> {
  const pglite = await PGlite.create({ dataDir, postgresqlconf: [SHARED_BUFFERS], ...options });
  exchangeText(pglite);
  return pglite;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Leaves all conversion to `values.ts`: PGlite's own differs from what the server driver does. */
function exchangeText({ parsers, serializers }: PGlite): void {
  const oids = [...DECODED_OIDS, ...Object.keys(parsers).map(Number)];
  for (const oid of oids) parsers[oid] = decoderOf(oid);
  for (const oid of Object.keys(serializers)) serializers[oid] = (text: string) => text;
}

type Runner = Pick<PGliteTransaction, "query" | "exec">;

/** What the database and a transaction have in common. */
class PgliteQueryable {
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
      const columns = result.fields.map(({ name }) => name);
      return { rows: result.rows, columns, rowCount: rowCountOf(result) };
    } catch (error) {
      throw toDatabaseError(error, this.label);
    }
  }

  async exec(sql: string): Promise<void> {
    try {
      await this.runner.exec(sql);
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
    private readonly lock: DirectoryLock | null,
    schema: string,
    label: string,
  ) {
    super(pglite, schema, label);
  }

  override query<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<QueryResult<T>> {
    this.refuseToWaitForItself();
    return super.query(sql, params);
  }

  override exec(sql: string): Promise<void> {
    this.refuseToWaitForItself();
    return super.exec(sql);
  }

  async transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    this.refuseToWaitForItself();
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

  async close(): Promise<void> {
    await this.pglite.close();
    this.lock?.release();
  }

  /** There is one connection: a statement beside the open transaction would wait for ever. */
  private refuseToWaitForItself(): void {
    if (this.current.getStore()?.open) {
      throw new TypeError("inside a transaction, use the transaction and not the database");
    }
  }
}

class PgliteOpenTransaction extends PgliteQueryable implements Transaction {
  private savepoints = 0;

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
}
