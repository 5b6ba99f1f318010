/** Writes what came of one batch of stored documents. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { addRejects } from "../../../lib/db/store/rejects.ts";
import { rejectEntry } from "../../stages/reject_entry.ts";
import { createSeriesLoader, type DocumentSamples } from "../../stages/series/load_series.ts";
import type { Table } from "../../stages/table.ts";
import { type Batch, keyOf, type StoredRow } from "./read.ts";
import { changedStatement, keyColumns, type RefillColumn, writeStatement } from "./sql.ts";
import type { Refilled } from "./transform.ts";

/** What was written. */
export interface Written {
  readonly filled: number;
  readonly rejected: number;
}

/**
 * Writes a batch inside a transaction. Unlocked, it writes nothing and returns null where another
 * writer has changed one of the rows since they were read.
 */
export type BatchWriter = (
  tx: Transaction,
  batch: Batch,
  rows: "locked" | "unlocked",
) => Promise<Written | null>;

/** Builds the writer of a table's batches. */
export function createBatchWriter(
  table: Table,
  columns: readonly RefillColumn[],
): BatchWriter {
  const update = writeStatement(table, columns);
  const changed = changedStatement(table);
  const loaders = table.series.map(createSeriesLoader);

  return async (tx, { rows, outcomes }, mode) => {
    if (rows.length === 0) return { filled: 0, rejected: 0 };
    // Samples stand in other tables, where the rows' versions say nothing: lock the rows first.
    if (mode === "unlocked" && loaders.length > 0) return null;
    const filled = update === null
      ? 0
      : (await tx.query(update, [valuesJson(rows, outcomes)])).rowCount;
    // Fewer rows than sent: they held the values already, or another writer was faster.
    if (mode === "unlocked" && filled < rows.length) {
      const versions = versionsJson(rows, keyColumns(table).length);
      const { rows: [found] } = await tx.query<{ changed: boolean }>(changed, [versions]);
      if (found!.changed) return null;
    }
    let rejected = 0;
    for (const [userId, places] of byWearer(rows)) {
      for (const [i, loader] of loaders.entries()) {
        await loader.replace(tx, userId, samplesOf(rows, outcomes, places, i));
      }
      const rejects = places.flatMap((place) => outcomes[place]!.rejects);
      const target = { userId, dataType: table.name, runId: null };
      await addRejects(tx, target, rejects.map((reject) => rejectEntry(reject, null)));
      rejected += rejects.length;
    }
    return { filled, rejected };
  };
}

/** The samples of one series; documents that Oura no longer returns have none. */
function samplesOf(
  rows: readonly StoredRow[],
  outcomes: readonly Refilled[],
  places: readonly number[],
  series: number,
): DocumentSamples[] {
  return places.flatMap((place) => {
    const { key, samples } = outcomes[place]!;
    const found = samples[series];
    return found === undefined || key === null || rows[place]!.deleted
      ? []
      : [{ documentId: key, samples: found }];
  });
}

/** Whose each row is and where, and its values as `c0…`; a value left out is null. */
function valuesJson(rows: readonly StoredRow[], outcomes: readonly Refilled[]): string {
  const objects = rows.map(({ k0, place, version, part }, i) => {
    let text = `{"u":${JSON.stringify(k0)},"p":"${place}","v":"${version}","o":${part}`;
    const { values } = outcomes[i]!;
    for (let c = 0; c < values.length; c++) {
      const value = values[c]!;
      if (value !== null) text += `,"c${c}":${JSON.stringify(value)}`;
    }
    return `${text}}`;
  });
  return `[${objects.join(",")}]`;
}

/** The version of each row as `v`, its key as `k0…`. */
function versionsJson(rows: readonly StoredRow[], width: number): string {
  return JSON.stringify(rows.map((row) => ({
    v: row.version,
    ...Object.fromEntries(keyOf(row, width).map((part, i) => [`k${i}`, part])),
  })));
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
