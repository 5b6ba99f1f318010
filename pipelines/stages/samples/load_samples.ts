/**
 * Loads samples without the upsert where that is possible: what a digest shows to be stored already
 * is left alone, and what falls into an empty stretch of time is copied in.
 */
import type { Database, Queryable, Transaction } from "../../../lib/db/driver/database.ts";
import type { Table } from "../table.ts";
import { RowCopier, type RowSpan } from "./copy_rows.ts";
import { digestOf, isDigestible, type StoredStretch, stretchStatement } from "./digest.ts";
import type { FreeStretch } from "./free_stretch.ts";
import { isPackable, type PackedSamples } from "./packed_samples.ts";

/** Below this many rows the upsert is as fast, and needs no probe. */
const BULK_ROWS = 500;

/** What became of the samples of a batch without the upsert. */
export interface BulkOutcome {
  /** Rows that are stored as they are. */
  readonly unchanged: number;
  /** Rows that were copied in. */
  readonly copied: number;
  /** Spans of rows that the upsert has to load. */
  readonly left: readonly RowSpan[];
}

/** Loads samples of one table without the upsert; they come in the order of their keys. */
export interface BulkLoader {
  /** Loads rows as far as COPY and digest can. */
  load(tx: Transaction, userId: string, rows: PackedSamples): Promise<BulkOutcome>;
  /**
   * Loads rows of which all are stored as they are, or none: without a transaction of several
   * statements, and in a free stretch by the COPY alone. {@linkcode FreeStretch.isUsed} asks for
   * {@linkcode requireColumnTypes}.
   * @param free What is known to be free; learns more.
   * @returns Null where it takes {@linkcode load}; then nothing was loaded.
   */
  loadAlike(
    db: Database,
    userId: string,
    rows: PackedSamples,
    free: FreeStretch,
  ): Promise<Pick<BulkOutcome, "unchanged" | "copied"> | null>;
}

/** Builds the bulk loader of a table; null for one whose rows are not packed. */
export function createBulkLoader(table: Table): BulkLoader | null {
  if (!isPackable(table)) return null;
  const copier = new RowCopier(table);
  const stretch = stretchStatement(table);
  const digestible = isDigestible(table);

  async function copyRows(
    tx: Transaction,
    userId: string,
    rows: PackedSamples,
    spans: readonly RowSpan[],
  ): Promise<Pick<BulkOutcome, "copied" | "left">> {
    const count = spans.reduce((sum, [from, to]) => sum + to - from, 0);
    if (!tx.copyIn || count < BULK_ROWS) return { copied: 0, left: spans };
    // Another writer may fill the stretch between the probe and the COPY.
    const copyIn = tx.copyIn.bind(tx);
    const isCopied = await copier.copy(
      (sql, lines) => tx.savepoint(() => copyIn(sql, lines)),
      userId,
      rows,
      spans,
    );
    return isCopied ? { copied: count, left: [] } : { copied: 0, left: spans };
  }

  async function look(db: Queryable, userId: string, rows: PackedSamples): Promise<StoredStretch> {
    const bounds = [rows.instantText(0), rows.instantText(rows.length - 1)];
    const { rows: [stored] } = await db.query<StoredStretch>(stretch, [userId, ...bounds]);
    return stored!;
  }

  /** The rows that are stored as they are, among others that are not; null where that is not certain. */
  function unchangedOf(stored: StoredStretch, rows: PackedSamples): RowSpan | null {
    if (!digestible) return null;
    const [from, to] = knownSpan(rows, stored);
    if (to - from !== stored.rows || stored.digest === null) return null;
    const room = copier.writer();
    const digest = digestOf(room, rows, from, to);
    copier.release(room);
    return digest === stored.digest ? [from, to] : null;
  }

  return {
    async load(tx, userId, rows) {
      const whole: RowSpan = [0, rows.length];
      const all = { unchanged: 0, copied: 0, left: [whole] };
      if (rows.length < BULK_ROWS || !(tx.copyIn || digestible)) return all;
      const stored = await look(tx, userId, rows);
      if (stored.rows === 0) return { unchanged: 0, ...await copyRows(tx, userId, rows, [whole]) };
      const unchanged = unchangedOf(stored, rows);
      if (unchanged === null) return all;
      const [from, to] = unchanged;
      const others: RowSpan[] = [[0, from], [to, rows.length]];
      return { unchanged: to - from, ...await copyRows(tx, userId, rows, others) };
    },

    async loadAlike(db, userId, rows, free) {
      if (!db.copyIn || rows.length < BULK_ROWS) return null;
      if (!free.includes(rows)) {
        const stored = await look(db, userId, rows);
        if (stored.rows === rows.length) {
          const unchanged = unchangedOf(stored, rows);
          return unchanged && { unchanged: rows.length, copied: 0 };
        }
        if (stored.rows > 0) return null;
        free.note(rows.instant(0), stored.next);
      }
      free.isUsed = true;
      const isCopied = await copier.copyBinary(db.copyIn.bind(db), userId, rows);
      if (isCopied) return { unchanged: 0, copied: rows.length };
      free.forget();
      return null;
    },
  };
}

/** The rows of a batch in the stretch that is stored. */
function knownSpan(rows: PackedSamples, { first, last }: StoredStretch): RowSpan {
  const [begin, end] = [Math.round(first!), Math.round(last!)];
  let from = 0;
  while (from < rows.length && rows.instant(from) < begin) from++;
  let to = rows.length;
  while (to > from && rows.instant(to - 1) > end) to--;
  return [from, to];
}
