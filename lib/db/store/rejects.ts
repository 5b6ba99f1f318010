/** Quarantine: documents that do not fit, kept whole until their cause is fixed. */
import type { Queryable, Row } from "../driver/database.ts";
import ADD_REJECTS from "../../../sql/queries/add_rejects.sql" with { type: "text" };

/** A document to quarantine. Nothing of its values stands in the texts. */
export interface RejectEntry {
  documentKey: string | null;
  /** Where in the document, as `oura.yaml` writes paths. */
  path: string;
  /** The column it was meant for; null where the document or a series cannot be read. */
  column: string | null;
  /** The type expected there. */
  expected: string | null;
  reason: string;
  /** The document as JSON text. */
  document: string;
}

/** What became of documents on their way into quarantine; the rest of them was there already. */
export interface AddedRejects {
  readonly added: number;
  /** Left out, because a person has discarded them. */
  readonly discarded: number;
}

/** Adds documents that are not quarantined already. */
export async function addRejects(
  tx: Queryable,
  target: { userId: string; dataType: string; runId: number | null },
  entries: readonly RejectEntry[],
): Promise<AddedRejects> {
  if (entries.length === 0) return { added: 0, discarded: 0 };
  const { rows } = await tx.query<Row & AddedRejects>(ADD_REJECTS, [
    target.userId,
    target.dataType,
    target.runId,
    entries.map(({ documentKey }) => documentKey),
    entries.map(({ path }) => path),
    entries.map(({ column }) => column),
    entries.map(({ expected }) => expected),
    entries.map(({ reason }) => reason),
    entries.map(({ document }) => document),
  ]);
  return rows[0]!;
}

/** The data types of which any document waits in quarantine. */
export async function typesInQuarantine(db: Queryable, userId: string): Promise<Set<string>> {
  const { rows } = await db.query<{ data_type: string }>(
    `SELECT DISTINCT data_type FROM oura.rejects WHERE user_id = $1 AND state = 'open'`,
    [userId],
  );
  return new Set(rows.map((row) => row.data_type));
}

/** How many documents of each data type are in quarantine, of all wearers. */
export async function countRejects(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ data_type: string; count: number }>(
    `SELECT data_type, count(*)::int AS count FROM oura.rejects
      WHERE state = 'open' GROUP BY data_type ORDER BY data_type`,
  );
  return new Map(rows.map(({ data_type, count }) => [data_type, count]));
}

/**
 * Closes the rejects of documents that have since been loaded; returns how many.
 * @param unread Documents, as JSON text, that were loaded without all of their series: they stay.
 */
export async function resolveRejects(
  tx: Queryable,
  userId: string,
  dataType: string,
  documentKeys: readonly string[],
  unread: readonly string[] = [],
): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE oura.rejects SET state = 'resolved', resolved_at = now()
      WHERE user_id = $1 AND data_type = $2 AND state = 'open'
        AND document_key = ANY ($3::text[])
        AND document_hash <> ALL (SELECT md5(document) FROM unnest($4::text[]) AS u(document))`,
    [userId, dataType, documentKeys, unread],
  );
  return rowCount;
}
