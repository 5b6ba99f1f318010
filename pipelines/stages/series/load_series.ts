/** Load of samples, so that a changed document replaces what it had and nothing else is written. */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { hasSqlState, UNIQUE_VIOLATION } from "../../../lib/db/driver/errors/errors.ts";
import { writeArray } from "../../../lib/db/driver/text/array_literal.ts";
import type { Samples } from "./samples.ts";
import { addStatement, replaceStatement, type SeriesTable } from "./series_sql.ts";

/** A document and its samples; null when it has none now. */
export interface DocumentSamples {
  readonly documentId: string;
  readonly samples: Samples | null;
}

/** Loads the samples of documents of one wearer. */
export interface SeriesLoader {
  /** Loads the samples of new documents, hardly any of which are stored yet. */
  add(tx: Transaction, userId: string, documents: readonly DocumentSamples[]): Promise<void>;
  /** Replaces the samples of documents that may have some already; writes only the difference. */
  replace(tx: Transaction, userId: string, documents: readonly DocumentSamples[]): Promise<number>;
}

/** Samples in one statement, at most: bounds the memory of both sides. */
const MOST_SAMPLES = 100_000;

/** Builds the loader of a series. */
export function createSeriesLoader(table: SeriesTable): SeriesLoader {
  const add = addStatement(table);
  const replace = replaceStatement(table);
  const replaceBatch = async (tx: Transaction, parameters: [string, string]) => {
    const { rows } = await tx.query<{ written: number }>(replace, parameters);
    return rows[0]!.written;
  };
  return {
    async add(tx, userId, documents) {
      const filled = documents.filter(({ samples }) => samples !== null);
      for (const batch of batchesOf(filled)) {
        const parameters: [string, string] = [userId, batchJson(batch)];
        try {
          await tx.savepoint(() => tx.query(add, parameters));
        } catch (error) {
          // Another writer added the same documents after this one had looked for them.
          if (!hasSqlState(error, UNIQUE_VIOLATION)) throw error;
          await replaceBatch(tx, parameters);
        }
      }
    },
    async replace(tx, userId, documents) {
      let written = 0;
      for (const batch of batchesOf(documents)) {
        written += await replaceBatch(tx, [userId, batchJson(batch)]);
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
        : { d: documentId, s: samples.start, e: samples.every, v: arrayOf(samples.values) }
    ),
  );
}

function arrayOf(values: Samples["values"]): string {
  const isText = values.some((value) => typeof value === "string");
  if (isText) return writeArray(values.map((value) => value === null ? null : String(value)));
  return `{${values.map((value) => value ?? "NULL").join(",")}}`;
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
