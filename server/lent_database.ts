/**
 * An embedded database that is open only while the page is in use: it serves one process at a time, and
 * a page that held it for good would keep every sync out.
 */
import type { Database, QueryResult, Row, Transaction } from "../lib/db/driver/database.ts";

/** How long it stays open after the last look. */
const IDLE_MS = 3_000;

/** Opens on demand, closes when idle. */
export class LentDatabase implements Database {
  readonly kind = "pglite";
  readonly parallelism = 1;
  #opening: Promise<Database> | null = null;
  #inUse = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param open Opens the database; called again each time after it was closed.
   * @param idleMs Milliseconds it stays open after the last use.
   */
  constructor(
    private readonly open: () => Promise<Database>,
    readonly schema: string,
    readonly label: string,
    private readonly idleMs: number = IDLE_MS,
  ) {}

  query<T extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<T>> {
    return this.#use((db) => db.query<T>(sql, params));
  }

  queryRaw<T extends Row = Row>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<QueryResult<T>> {
    return this.#use((db) => db.queryRaw<T>(sql, params));
  }

  exec(sql: string): Promise<Row[]> {
    return this.#use((db) => db.exec(sql));
  }

  transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#use((db) => db.transaction(body));
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const opening = this.#opening;
    this.#opening = null;
    await (await opening?.catch(() => null))?.close();
  }

  async #use<T>(body: (db: Database) => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#inUse++;
    try {
      return await body(await this.#opened());
    } finally {
      this.#inUse--;
      if (this.#inUse === 0) {
        this.#timer = setTimeout(() => {
          if (this.#inUse === 0) void this.close();
        }, this.idleMs);
      }
    }
  }

  #opened(): Promise<Database> {
    if (this.#opening === null) {
      const opening = this.open();
      this.#opening = opening;
      // A sync has it: the next look tries again.
      opening.catch(() => {
        if (this.#opening === opening) this.#opening = null;
      });
    }
    return this.#opening;
  }
}
