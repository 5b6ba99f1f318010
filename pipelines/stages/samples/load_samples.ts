/**
 * Loads samples without the upsert where that is possible: what a digest shows to be stored already
 * is left alone, and what lies in an empty stretch of time is copied in.
 */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { hasSqlState, UNIQUE_VIOLATION } from "../../../lib/db/driver/errors/errors.ts";
import { copyField } from "../../../lib/db/driver/text/copy_text.ts";
import { digestOf, isDigestible, type StoredStretch, stretchStatement } from "./digest.ts";
import { KEY_SEPARATOR } from "../key.ts";
import { copyStatement } from "../load_sql.ts";
import { type Table, valueColumns } from "../table.ts";
import type { Row } from "../transform.ts";

/** Below this many rows the upsert is as fast, and needs no probe. */
const BULK_ROWS = 500;
/** Lines that go to the driver in one piece; passing them on singly costs more than making them. */
const LINES_A_PIECE = 250;

/** What became of the samples of a batch without the upsert. */
export interface BulkOutcome {
  /** Rows that are stored as they are. */
  readonly unchanged: number;
  /** Rows that were copied in. */
  readonly copied: readonly Row[];
  /** Rows that the upsert has to load. */
  readonly left: readonly Row[];
}

/** Loads what it can of a batch of samples. */
export type BulkLoader = (
  tx: Transaction,
  userId: string,
  rows: readonly Row[],
) => Promise<BulkOutcome>;

/**
 * Builds the bulk loader of a table; null for a table of documents.
 * @param compares Whether unchanged rows may be left alone.
 */
export function createBulkLoader(table: Table, compares: boolean): BulkLoader | null {
  if (!table.timeKeyed) return null;
  const copy = copyStatement(table);
  const stretch = stretchStatement(table);
  const digestible = compares && isDigestible(table);

  async function copyRows(
    tx: Transaction,
    userId: string,
    rows: readonly Row[],
  ): Promise<Pick<BulkOutcome, "copied" | "left">> {
    if (!tx.copyIn || rows.length < BULK_ROWS) return { copied: [], left: rows };
    try {
      await tx.savepoint(() => tx.copyIn!(copy, copyLines(table, userId, rows)));
      return { copied: rows, left: [] };
    } catch (error) {
      // Another writer filled the stretch between the probe and the COPY.
      if (hasSqlState(error, UNIQUE_VIOLATION)) return { copied: [], left: rows };
      throw error;
    }
  }

  return async (tx, userId, rows) => {
    const all = { unchanged: 0, copied: [], left: rows };
    if (rows.length < BULK_ROWS || !(tx.copyIn || digestible)) return all;
    const bounds = [instantText(table, rows[0]!), instantText(table, rows.at(-1)!)];
    const { rows: [stored] } = await tx.query<StoredStretch>(stretch, [userId, ...bounds]);
    if (stored!.rows === 0) return { unchanged: 0, ...await copyRows(tx, userId, rows) };
    if (!digestible) return all;
    const { known, others } = apart(rows, stored!);
    if (known.length !== stored!.rows || stored!.digest === null) return all;
    if (await digestOf(table, known) !== stored!.digest) return all;
    return { unchanged: known.length, ...await copyRows(tx, userId, others) };
  };
}

/** The rows of a batch in the stretch that is stored, and those before and behind it. */
function apart(rows: readonly Row[], { first, last }: StoredStretch) {
  const [from, to] = [Math.round(first!), Math.round(last!)];
  const isOther = ({ at }: Row) => at < from || at > to;
  return { known: rows.filter((row) => !isOther(row)), others: rows.filter(isOther) };
}

function instantText(table: Table, { at, key }: Row): string {
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  const place = table.key.findIndex(({ name }) => name === "timestamp");
  return key.split(KEY_SEPARATOR)[place]!;
}

function* copyLines(table: Table, userId: string, rows: readonly Row[]): Generator<string> {
  const isJson = valueColumns(table).map(({ type }) => type === "jsonb");
  const start = copyField(userId);
  let piece = "";
  for (const [n, { values, rawText }] of rows.entries()) {
    piece += start;
    for (let i = 0; i < isJson.length; i++) {
      const value = values[i]!;
      // A JSON text or array would pass for an SQL one.
      const field = isJson[i] && value !== null ? JSON.stringify(value) : value;
      piece += `\t${copyField(field)}`;
    }
    piece += rawText === null ? "\n" : `\t${copyField(rawText)}\n`;
    if (n % LINES_A_PIECE === LINES_A_PIECE - 1) {
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}
