/**
 * Loads samples without the upsert where that is possible: what a digest shows to be stored already
 * is left alone, and what falls into an empty stretch of time is copied in.
 */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { hasSqlState, UNIQUE_VIOLATION } from "../../../lib/db/driver/errors/errors.ts";
import { ByteWriter } from "../../../lib/db/driver/text/byte_writer.ts";
import { copyStatement } from "../load_sql.ts";
import type { Table } from "../table.ts";
import { copyLines } from "./copy_lines.ts";
import { digestOf, isDigestible, type StoredStretch, stretchStatement } from "./digest.ts";
import { isPackable, type PackedSamples } from "./packed_samples.ts";

/** Room for the lines of a batch. */
const FIRST_BYTES = 512 * 1_024;
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

/** Rows of a batch, from one place up to but not including another. */
export type RowSpan = readonly [from: number, to: number];

/** Loads samples of a batch as far as COPY and digest can; they are in the order of their keys. */
export type BulkLoader = (
  tx: Transaction,
  userId: string,
  rows: PackedSamples,
) => Promise<BulkOutcome>;

/** Builds the bulk loader of a table; null for one whose rows are not packed. */
export function createBulkLoader(table: Table): BulkLoader | null {
  if (!isPackable(table)) return null;
  const copy = copyStatement(table);
  const stretch = stretchStatement(table);
  const digestible = isDigestible(table);
  /** Writers for reuse, one for each load that ran at once; none that a failed COPY may still use. */
  const spare: ByteWriter[] = [];

  async function copyRows(
    tx: Transaction,
    userId: string,
    rows: PackedSamples,
    spans: readonly RowSpan[],
  ): Promise<Pick<BulkOutcome, "copied" | "left">> {
    const count = spans.reduce((sum, [from, to]) => sum + to - from, 0);
    if (!tx.copyIn || count < BULK_ROWS) return { copied: 0, left: spans };
    const lines = spare.pop() ?? new ByteWriter(FIRST_BYTES);
    lines.cut(0);
    copyLines(lines, userId, rows, spans);
    try {
      await tx.savepoint(() => tx.copyIn!(copy, [lines.written()]));
      spare.push(lines);
      return { copied: count, left: [] };
    } catch (error) {
      // Another writer filled the stretch between the probe and the COPY.
      if (hasSqlState(error, UNIQUE_VIOLATION)) return { copied: 0, left: spans };
      throw error;
    }
  }

  return async (tx, userId, rows) => {
    const whole: RowSpan = [0, rows.length];
    const all = { unchanged: 0, copied: 0, left: [whole] };
    if (rows.length < BULK_ROWS || !(tx.copyIn || digestible)) return all;
    const bounds = [rows.instantText(0), rows.instantText(rows.length - 1)];
    const { rows: [stored] } = await tx.query<StoredStretch>(stretch, [userId, ...bounds]);
    if (stored!.rows === 0) return { unchanged: 0, ...await copyRows(tx, userId, rows, [whole]) };
    if (!digestible) return all;
    const [from, to] = knownSpan(rows, stored!);
    if (to - from !== stored!.rows || stored!.digest === null) return all;
    const lines = spare.pop() ?? new ByteWriter(FIRST_BYTES);
    const digest = await digestOf(lines, rows, from, to);
    spare.push(lines);
    if (digest !== stored!.digest) return all;
    const others: RowSpan[] = [[0, from], [to, rows.length]];
    return { unchanged: to - from, ...await copyRows(tx, userId, rows, others) };
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
