/** The statements that load the samples of a series. Built once per table, from quoted identifiers. */
import type { Series } from "../../../config/model.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";

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

/**
 * Adds the samples of documents that are new: `$1` wearer, `$2` a JSON array with an object per
 * document, `d` its id, `s` the start, `e` seconds between items, `v` the items as an SQL array.
 * It fails if a document has samples already: looking for each of them, as `ON CONFLICT` does, costs
 * as much as inserting it.
 */
export function addStatement(table: SeriesTable): string {
  return `WITH ${DOCUMENTS_CTE}
${insertInto(table, `(\n  ${incomingQuery(table)}\n  ) AS incoming`)}`;
}

/**
 * Replaces the samples of documents, and writes nothing but the difference. Parameters as for
 * {@linkcode addStatement}, where a document without samples has only its id. Returns how many were
 * `written` or removed.
 */
export function replaceStatement(table: SeriesTable): string {
  const parts = [
    DOCUMENTS_CTE,
    `incoming AS MATERIALIZED (\n  ${incomingQuery(table)}\n)`,
    storedCte(table),
    removedCte(table),
    writtenCte(table),
  ];
  return `WITH ${parts.join(", ")}
SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM written))::int AS written`;
}

const DOCUMENTS_CTE = `documents AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::text::jsonb)
    AS r(d text, s timestamptz, e double precision, v text)
)`;

/**
 * A row per sample; items that were not measured are null. The items are an SQL array, because a
 * `jsonb` array takes twice as long to write and read.
 */
function incomingQuery(table: SeriesTable): string {
  return `SELECT d AS document_id, (n - 1)::int AS ordinal,
    s + make_interval(secs => e * (n - 1)) AS sample_at, item AS value
  FROM documents CROSS JOIN LATERAL unnest(v::${table.type}[]) WITH ORDINALITY AS i(item, n)
  WHERE item IS NOT NULL`;
}

/** The samples that the documents have so far. */
function storedCte(table: SeriesTable): string {
  return `stored AS MATERIALIZED (
  SELECT t.document_id, t.ordinal, t.sample_at, t.value
  FROM documents CROSS JOIN LATERAL (
    SELECT * FROM oura.${q(table.name)} t WHERE t.user_id = $1 AND t.document_id = d
  ) t
)`;
}

/** Removes the samples that the documents no longer have. */
function removedCte(table: SeriesTable): string {
  return `removed AS (
  DELETE FROM oura.${q(table.name)} t USING (
    SELECT document_id, ordinal FROM stored EXCEPT SELECT document_id, ordinal FROM incoming
  ) gone
  WHERE t.user_id = $1 AND t.document_id = gone.document_id AND t.ordinal = gone.ordinal
  RETURNING 1
)`;
}

/** Writes the samples that are new or differ. */
function writtenCte(table: SeriesTable): string {
  const changed = `(
    SELECT document_id, ordinal, sample_at, value FROM incoming
    EXCEPT SELECT document_id, ordinal, sample_at, value FROM stored
  ) changed`;
  return `written AS (
  ${insertInto(table, changed)}
  ON CONFLICT (user_id, document_id, ordinal) DO UPDATE SET
    sample_at = excluded.sample_at, value = excluded.value
  RETURNING 1
)`;
}

function insertInto(table: SeriesTable, source: string): string {
  return `INSERT INTO oura.${q(table.name)} (user_id, document_id, ordinal, sample_at, value)
  SELECT $1, document_id, ordinal, sample_at, value FROM ${source}`;
}
