/** Load of samples, so that a changed document replaces what it had and nothing else is written. */
import type { Queryable } from "../../../lib/db/driver/database.ts";
import type { Samples } from "./samples.ts";
import { addStatement, replaceStatement, type SeriesTable } from "./series_sql.ts";

/** A document and its samples; null when it has none now. */
export interface DocumentSamples {
  readonly documentId: string;
  readonly samples: Samples | null;
}

/** Loads the samples of documents of one wearer. */
export interface SeriesLoader {
  /** Of documents that are new: their samples cannot be there yet. */
  add(tx: Queryable, userId: string, documents: readonly DocumentSamples[]): Promise<void>;
  /** Of documents that may have samples already: writes the difference. */
  replace(tx: Queryable, userId: string, documents: readonly DocumentSamples[]): Promise<number>;
}

/** Samples in one statement, at most: bounds the memory of both sides. */
const MOST_SAMPLES = 100_000;

/** Builds the loader of a series. */
export function createSeriesLoader(table: SeriesTable): SeriesLoader {
  const add = addStatement(table);
  const replace = replaceStatement(table);
  return {
    async add(tx, userId, documents) {
      const filled = documents.filter(({ samples }) => samples !== null);
      for (const batch of batchesOf(filled)) await tx.query(add, [userId, batchJson(batch)]);
    },
    async replace(tx, userId, documents) {
      let written = 0;
      for (const batch of batchesOf(documents)) {
        const { rows } = await tx.query<{ written: number }>(replace, [userId, batchJson(batch)]);
        written += rows[0]!.written;
      }
      return written;
    },
  };
}

function batchJson(documents: readonly DocumentSamples[]): string {
  return JSON.stringify(
    documents.map(({ documentId, samples }) =>
      samples === null
        ? { d: documentId }
        : { d: documentId, s: samples.start, e: samples.every, v: samples.values }
    ),
  );
}

function* batchesOf(documents: readonly DocumentSamples[]): Generator<DocumentSamples[]> {
  let batch: DocumentSamples[] = [];
  let size = 0;
  for (const document of documents) {
    batch.push(document);
    size += document.samples?.values.length ?? 0;
    if (size < MOST_SAMPLES) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}
