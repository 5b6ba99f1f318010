/** Quarantine: documents that do not fit, kept whole until somebody mends the cause. */
import type { Queryable, Row } from "./database.ts";
import { inSchema } from "./identifiers.ts";
import ADD_REJECTS from "../../sql/queries/add_rejects.sql" with { type: "text" };

/** A document to quarantine. Nothing of its values stands in the texts. */
export interface RejectEntry {
  documentKey: string | null;
  /** Where in the document, in dots. */
  path: string;
  /** The column it was meant for; null when the document itself is malformed. */
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
  /** Left out, because somebody has looked at them and let them go. */
  readonly discarded: number;
}

/** Adds documents that are not quarantined already. */
export async function addRejects(
  tx: Queryable,
  target: { userId: string; dataType: string; runId: number | null },
  entries: readonly RejectEntry[],
): Promise<AddedRejects> {
  if (entries.length === 0) return { added: 0, discarded: 0 };
  const { rows } = await tx.query<Row & AddedRejects>(inSchema(ADD_REJECTS, tx.schema), [
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
    inSchema(
      `SELECT DISTINCT data_type FROM oura.rejects WHERE user_id = $1 AND state = 'open'`,
      db.schema,
    ),
    [userId],
  );
  return new Set(rows.map((row) => row.data_type));
}

/** Closes the rejects of documents that have since been loaded; returns how many. */
export async function resolveRejects(
  tx: Queryable,
  userId: string,
  dataType: string,
  documentKeys: readonly string[],
): Promise<number> {
  const { rowCount } = await tx.query(
    inSchema(
      `UPDATE oura.rejects SET state = 'resolved', resolved_at = now()
      WHERE user_id = $1 AND data_type = $2 AND state = 'open'
        AND document_key = ANY ($3::text[])`,
      tx.schema,
    ),
    [userId, dataType, documentKeys],
  );
  return rowCount;
}
