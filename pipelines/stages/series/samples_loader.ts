/** All the series of one table, loaded side by side with its rows. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import type { Table } from "../table.ts";
import type { Row } from "../transform.ts";
import { createSeriesLoader } from "./load_series.ts";

/** Loads the samples of rows of one wearer, in the transaction that loads the rows. */
export interface SamplesLoader {
  /** Of rows that are new. */
  add(tx: Transaction, userId: string, rows: readonly Row[]): Promise<void>;
  /** Of rows that may have samples already. */
  replace(tx: Transaction, userId: string, rows: readonly Row[]): Promise<void>;
}

/** Builds the loader of all samples of a table. */
export function createSamplesLoader(table: Table): SamplesLoader {
  const loaders = table.series.map(createSeriesLoader);
  const documents = (rows: readonly Row[], i: number) =>
    rows.map(({ key, samples }) => ({ documentId: key, samples: samples[i] ?? null }));
  return {
    async add(tx, userId, rows) {
      if (rows.length === 0) return;
      for (const [i, loader] of loaders.entries()) await loader.add(tx, userId, documents(rows, i));
    },
    async replace(tx, userId, rows) {
      if (rows.length === 0) return;
      for (const [i, loader] of loaders.entries()) {
        await loader.replace(tx, userId, documents(rows, i));
      }
    },
  };
}
