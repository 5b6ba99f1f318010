/**
 * The roll-up of series: the least, mean and most of the samples of each document. Kept by `sync`, so
 * that ten years of a value a minute are drawn from 3,650 rows and not from five million.
 */
import type { PipelineType } from "../../config/model.ts";
import { addDays, type DaySpan } from "../../lib/values/days.ts";
import type { Database, Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";

/** Days whose documents are rolled up in one statement: a value a minute makes 90,000 rows of them. */
const CHUNK_DAYS = 60;

/** A window is asked for more widely than its days, and loads what comes. */
const BESIDE = 4;

/** Names of a type's series that hold numbers; of a type without days there are none. */
export function rolledUpSeries(type: PipelineType): string[] {
  if (type.day === null) return [];
  return type.series.filter(({ shape }) => shape !== "string").map(({ name }) => name);
}

/**
 * Makes the roll-up of a type's documents of some days match their samples. What is right already is
 * not written. Call it in the transaction that changed the samples.
 */
export async function refreshSeriesDocuments(
  tx: Queryable,
  type: PipelineType,
  userId: string,
  span: DaySpan,
): Promise<void> {
  for (const name of rolledUpSeries(type)) {
    const statement = refreshStatement(type.table, name, "day BETWEEN $3::date AND $4::date");
    const last = addDays(span.to, BESIDE);
    for (let from = addDays(span.from, -BESIDE); from <= last; from = addDays(from, CHUNK_DAYS)) {
      const to = addDays(from, CHUNK_DAYS - 1);
      await tx.query(statement, [userId, name, from, to < last ? to : last]);
    }
  }
}

/** The same for some documents, by their ids. */
export async function refreshSeriesOf(
  tx: Queryable,
  type: PipelineType,
  userId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  for (const name of rolledUpSeries(type)) {
    await tx.query(refreshStatement(type.table, name, "id = ANY ($3::text[])"), [
      userId,
      name,
      ids,
    ]);
  }
}

/**
 * Fills the roll-up of samples that came by another way than a window: those stored before it
 * existed, and series added to `oura.yaml`. Costs a few index look-ups when there is nothing to do.
 */
export async function fillSeriesDocuments(
  db: Database,
  type: PipelineType,
  userId: string,
): Promise<void> {
  for (const name of rolledUpSeries(type)) {
    const { rows: [ends] } = await db.query<{ first: string; last: string }>(
      missingStatement(type.table, name),
      [userId, name],
    );
    if (!ends) continue;
    const one = { ...type, series: type.series.filter((series) => series.name === name) };
    await db.transaction((tx) =>
      refreshSeriesDocuments(tx, one, userId, { from: ends.first, to: ends.last })
    );
  }
}

/** The first and last day, where the oldest document with samples is not rolled up. */
function missingStatement(table: string, series: string): string {
  return `SELECT oldest.day AS first,
    (SELECT max(day) FROM oura.${q(table)} WHERE user_id = $1) AS last
  FROM (
    SELECT t.id, t.day FROM oura.${q(table)} t
    WHERE t.user_id = $1 AND t.deleted_at IS NULL AND EXISTS (
      SELECT 1 FROM oura.${q(series)} s WHERE s.user_id = $1 AND s.document_id = t.id
    ) ORDER BY t.day LIMIT 1
  ) AS oldest
  WHERE NOT EXISTS (
    SELECT 1 FROM oura.series_documents d
    WHERE d.user_id = $1 AND d.series = $2 AND d.document_id = oldest.id
  )`;
}

/**
 * A sum of floating-point numbers depends on their order, and the order of rows on the plan.
 * @param which SQL condition that selects the documents, with parameters from `$3` on.
 */
function refreshStatement(table: string, series: string, which: string): string {
  return `WITH documents AS MATERIALIZED (
  SELECT id FROM oura.${q(table)}
  WHERE user_id = $1 AND ${which}
), fresh AS MATERIALIZED (
  SELECT s.document_id, min(s.value) AS low, avg(s.value ORDER BY s.ordinal) AS mean,
    max(s.value) AS high, count(*)::int AS samples
  FROM documents JOIN oura.${q(series)} s ON s.user_id = $1 AND s.document_id = documents.id
  GROUP BY s.document_id
), removed AS (
  DELETE FROM oura.series_documents d USING (
    SELECT id FROM documents EXCEPT SELECT document_id FROM fresh
  ) gone
  WHERE d.user_id = $1 AND d.series = $2 AND d.document_id = gone.id
)
INSERT INTO oura.series_documents AS d (user_id, series, document_id, low, mean, high, samples)
SELECT $1, $2, document_id, low, mean, high, samples FROM fresh
ON CONFLICT (user_id, series, document_id) DO UPDATE SET low = excluded.low, mean = excluded.mean,
  high = excluded.high, samples = excluded.samples
WHERE (d.low, d.mean, d.high, d.samples)
  IS DISTINCT FROM (excluded.low, excluded.mean, excluded.high, excluded.samples)`;
}
