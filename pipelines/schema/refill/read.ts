/** Reads stored documents in batches, and what they say to the columns and series of a refill. */
import type { Queryable } from "../../../lib/db/driver/database.ts";
import type { Table } from "../../stages/table.ts";
import { keyColumns, readStatement } from "./sql.ts";
import type { RefillTask } from "./task.ts";
import { createRefillTransform, type Refilled, type RefillTransform } from "./transform.ts";

/** A row as a refill reads it: `k0…` its key, `f0…` previous values where it has no document. */
export interface StoredRow extends Record<string, unknown> {
  /** The document as JSON text. */
  raw: string | null;
  deleted: boolean;
  /** Where the row is: in which table (or partition of one), and where in there. */
  part: string;
  place: string;
  /** The row's version: another writer changes it. */
  version: string;
}

/** Rows in order of the key, and what is to be written into them. */
export interface Batch {
  readonly rows: readonly StoredRow[];
  readonly outcomes: readonly Refilled[];
  /** The key behind which it begins; null at the beginning of the table. */
  readonly after: readonly string[] | null;
  /** The key of its last row; null when it has none. */
  readonly next: readonly string[] | null;
}

/** See {@linkcode createBatchReader}. */
export interface BatchReader {
  /** All batches behind a key; the last one may be empty. */
  batches(
    db: Queryable,
    after: readonly string[] | null,
    recent: boolean,
  ): AsyncGenerator<Batch>;
  /** Reads a batch once more, wearer by wearer, and keeps others from changing its rows. */
  readLocked(tx: Queryable, batch: Batch, recent: boolean): Promise<Batch>;
}

/** Compiles the reader of a task. */
export function createBatchReader(
  table: Table,
  task: RefillTask,
  limit: number,
): BatchReader {
  const { since } = task.state;
  const width = keyColumns(table).length;
  const transform = createRefillTransform(task.type, task.columns);

  async function read(
    db: Queryable,
    after: Batch["after"],
    until: Batch["next"],
    recent: boolean,
    locked: { userId: string } | null,
  ): Promise<Batch> {
    const pass = { behind: after !== null, until: until !== null, recent, lock: locked !== null };
    const sql = readStatement(table, task.columns, pass, limit);
    const bounds = [...(after ?? []), ...(until ?? [])];
    const params = [since, ...bounds, ...(locked ? [locked.userId] : [])];
    const { rows } = await db.query<StoredRow>(sql, params);
    const last = rows.at(-1);
    return {
      rows,
      outcomes: rows.map((row) => readRow(transform, row)),
      after,
      next: last ? keyOf(last, width) : null,
    };
  }

  return {
    async *batches(db, from, recent) {
      for (let after = from;;) {
        const batch = await read(db, after, null, recent, null);
        yield batch;
        if (batch.rows.length < limit) return;
        after = batch.next;
      }
    },
    async readLocked(tx, { rows, after, next }, recent) {
      const again: Batch[] = [];
      for (const userId of new Set(rows.map(({ k0 }) => String(k0)))) {
        again.push(await read(tx, after, next, recent, { userId }));
      }
      return {
        rows: again.flatMap((batch) => batch.rows),
        outcomes: again.flatMap((batch) => batch.outcomes),
        after,
        next,
      };
    },
  };
}

/** The key of a row, `width` columns wide. */
export function keyOf(row: StoredRow, width: number): string[] {
  return Array.from({ length: width }, (_, i) => String(row[`k${i}`]));
}

/** What a stored row says, by its document or by its previous values. */
export function readRow(transform: RefillTransform, row: StoredRow): Refilled {
  return row.raw === null ? transform.previous(row) : transform.document(JSON.parse(row.raw));
}
