/** Writes what came of one batch of stored documents. */
import type { Transaction } from "../../lib/db/database.ts";
import { addRejects } from "../../lib/db/rejects.ts";
import { rejectEntry } from "../reject_entry.ts";
import { createSeriesLoader, type DocumentSamples } from "../series/load_series.ts";
import type { Table } from "../table.ts";
import type { Reject } from "../transform.ts";
import type { Refilled, RefillTransform } from "./refill_transform.ts";

/** A row as a refill reads it: `k0…` its key, `f0…` former values where it has no document. */
export interface StoredRow extends Record<string, unknown> {
  raw: string | null;
  deleted: boolean;
}

/** Writes a batch inside the transaction that read it. */
export type BatchWriter = (
  tx: Transaction,
  rows: readonly StoredRow[],
) => Promise<{ filled: number; rejected: number }>;

/** Builds the writer of a table's batches; `update` is null where only series are filled. */
export function createBatchWriter(
  table: Table,
  transform: RefillTransform,
  update: string | null,
  schema: string,
): BatchWriter {
  const width = table.key.length + 1;
  const loaders = table.series.map((series) => createSeriesLoader(series, schema));

  return async (tx, rows) => {
    if (rows.length === 0) return { filled: 0, rejected: 0 };
    const outcomes = rows.map((row) => readRow(transform, row));
    const filled = update === null
      ? 0
      : (await tx.query(update, [batchJson(rows, outcomes, width)])).rowCount;
    let rejected = 0;
    for (const [userId, places] of byWearer(rows)) {
      for (const [i, loader] of loaders.entries()) {
        const documents: DocumentSamples[] = [];
        for (const place of places) {
          const samples = outcomes[place]!.samples[i];
          const documentId = outcomes[place]!.key;
          // Documents that Oura no longer returns have no samples.
          if (samples === undefined || documentId === null || rows[place]!.deleted) continue;
          documents.push({ documentId, samples });
        }
        await loader.replace(tx, userId, documents);
      }
      const rejects: Reject[] = places.flatMap((place) => outcomes[place]!.rejects);
      await addRejects(
        tx,
        { userId, dataType: table.name, runId: null },
        rejects.map(rejectEntry),
      );
      rejected += rejects.length;
    }
    return { filled, rejected };
  };
}

/** What a stored row says, by its document or by its former values. */
export function readRow(transform: RefillTransform, row: StoredRow): Refilled {
  return row.raw === null ? transform.former(row) : transform.document(JSON.parse(row.raw));
}

/** The key as `k0…` and the values as `c0…`; a value left out is null. */
function batchJson(
  rows: readonly StoredRow[],
  outcomes: readonly Refilled[],
  width: number,
): string {
  const objects = rows.map((row, place) => {
    let text = `{"k0":${JSON.stringify(row.k0)}`;
    for (let i = 1; i < width; i++) text += `,"k${i}":${JSON.stringify(row[`k${i}`])}`;
    const { values } = outcomes[place]!;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value !== null) text += `,"c${i}":${JSON.stringify(value)}`;
    }
    return `${text}}`;
  });
  return `[${objects.join(",")}]`;
}

/** The places of each wearer's rows; they come in order of the wearer. */
function byWearer(rows: readonly StoredRow[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, row] of rows.entries()) {
    const userId = String(row.k0);
    const known = places.get(userId);
    if (known) known.push(place);
    else places.set(userId, [place]);
  }
  return places;
}
