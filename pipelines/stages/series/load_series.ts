/** Load of samples, so that a changed document replaces what it had and nothing else is written. */
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import type { Series } from "../../../config/model.ts";
import type { Samples } from "./samples.ts";

/** The child table of a series. */
export interface SeriesTable {
  readonly name: string;
  /** Type of `value`. */
  readonly type: "double precision" | "text";
}

/** Texts yield text, everything else numbers. */
export function sampleType(shape: Series["shape"]): SeriesTable["type"] {
  return shape === "string" ? "text" : "double precision";
}

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

/** One item per document: `d` its id, `s` the start, `e` seconds between items, `v` the items. */
const INCOMING = `
documents AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r(d text, s timestamptz, e double precision, v jsonb)
)`;

function incoming(table: SeriesTable): string {
  return `
incoming AS MATERIALIZED (
  SELECT d AS document_id, (n - 1)::int AS ordinal,
    s + make_interval(secs => e * (n - 1)) AS sample_at, item::${table.type} AS value
  FROM documents CROSS JOIN LATERAL jsonb_array_elements_text(v) WITH ORDINALITY AS i(item, n)
  WHERE item IS NOT NULL
)`;
}

function addStatement(table: SeriesTable): string {
  return `WITH ${INCOMING}, ${incoming(table)}
INSERT INTO oura.${q(table.name)} (user_id, document_id, ordinal, sample_at, value)
SELECT $1, document_id, ordinal, sample_at, value FROM incoming
ON CONFLICT (user_id, document_id, ordinal) DO UPDATE SET
  sample_at = excluded.sample_at, value = excluded.value`;
}

function replaceStatement(table: SeriesTable): string {
  return `WITH ${INCOMING}, ${incoming(table)}, stored AS MATERIALIZED (
  SELECT t.document_id, t.ordinal, t.sample_at, t.value
  FROM documents CROSS JOIN LATERAL (
    SELECT * FROM oura.${q(table.name)} t WHERE t.user_id = $1 AND t.document_id = d
  ) t
), removed AS (
  DELETE FROM oura.${q(table.name)} t USING (
    SELECT document_id, ordinal FROM stored EXCEPT SELECT document_id, ordinal FROM incoming
  ) gone
  WHERE t.user_id = $1 AND t.document_id = gone.document_id AND t.ordinal = gone.ordinal
  RETURNING 1
), written AS (
  INSERT INTO oura.${q(table.name)} AS t (user_id, document_id, ordinal, sample_at, value)
  SELECT $1, document_id, ordinal, sample_at, value FROM (
    SELECT document_id, ordinal, sample_at, value FROM incoming
    EXCEPT SELECT document_id, ordinal, sample_at, value FROM stored
  ) changed
  ON CONFLICT (user_id, document_id, ordinal) DO UPDATE SET
    sample_at = excluded.sample_at, value = excluded.value
  RETURNING 1
)
SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM written))::int AS written`;
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
