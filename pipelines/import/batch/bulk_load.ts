/** Loads the samples of a batch that need no comparison row by row. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import type { ImportContext, Stages } from "../context.ts";
import type { ReadRow, RowBatch } from "./read_rows.ts";

/** What became of the samples of a batch that needed no comparison row by row. */
export interface BulkResult {
  readonly copied: number;
  readonly unchanged: number;
  /** Keys of these; empty where nothing in quarantine could have them. */
  readonly keys: readonly string[];
  /** Samples that may differ from stored ones. */
  readonly left: readonly ReadRow[];
}

/** Loads samples where nothing is stored, and recognises those that are stored as they are. */
export async function bulkLoad(
  tx: Transaction,
  { userId, runId }: ImportContext,
  { bulk, exists, hasRejects }: Stages,
  { samples }: RowBatch,
): Promise<BulkResult> {
  if (samples === null) return { copied: 0, unchanged: 0, keys: [], left: [] };
  const { rows } = samples;
  const isBulk = bulk !== null && exists && runId !== null && rows.isInKeyOrder();
  const { copied, unchanged, left } = isBulk
    ? await bulk.load(tx, userId, rows)
    : { copied: 0, unchanged: 0, left: [[0, rows.length]] as const };
  const remaining = left.flatMap(([from, to]) => samples.slice(from, to));
  if (!hasRejects || copied + unchanged === 0) {
    return { copied, unchanged, keys: [], left: remaining };
  }
  const others = new Set(remaining.map(({ row }) => row.key));
  const keys = Array.from(rows, ({ key }) => key).filter((key) => !others.has(key));
  return { copied, unchanged, keys, left: remaining };
}
