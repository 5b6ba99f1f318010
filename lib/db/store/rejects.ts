/** Quarantine: documents that do not fit, kept whole until their cause is fixed or they are dropped. */
import type { Queryable, Row } from "../driver/database.ts";
import ADD_REJECTS from "../../../sql/queries/add_rejects.sql" with { type: "text" };
import CLOSE_REJECTS from "../../../sql/queries/close_rejects.sql" with { type: "text" };
import LIST_REJECTS from "../../../sql/queries/list_rejects.sql" with { type: "text" };
import RESTATE_REJECT from "../../../sql/queries/restate_reject.sql" with { type: "text" };

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
  /** Skipped, because a person has discarded them. */
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

/** A quarantined document, without its contents. */
export interface RejectInfo extends Omit<RejectEntry, "document" | "path"> {
  id: number;
  userId: string;
  dataType: string;
  path: string | null;
  /** The run that met it; null where `apply` or `replay` did. */
  runId: number | null;
  state: "open" | "resolved" | "discarded";
  createdAt: Date;
  resolvedAt: Date | null;
}

/** With its contents, as JSON text. */
export interface StoredReject extends RejectInfo {
  document: string;
}

/** Which documents; those in quarantine where nothing else is said. */
export interface RejectFilter {
  userId?: string;
  dataTypes?: readonly string[];
  ids?: readonly number[];
  /** Resolved and discarded ones too. @default false */
  closed?: boolean;
}

type RejectRow = {
  id: number;
  user_id: string;
  data_type: string;
  document_key: string | null;
  path: string | null;
  column_name: string | null;
  value_type: string | null;
  reason: string;
  run_id: number | null;
  state: RejectInfo["state"];
  created_at: Date;
  resolved_at: Date | null;
  document: string | null;
};

/** Quarantined documents, oldest first, without their contents. */
export async function listRejects(db: Queryable, filter: RejectFilter): Promise<RejectInfo[]> {
  return (await select(db, filter, false)).map(infoOf);
}

/** Quarantined documents with their contents, oldest first. */
export async function readRejects(db: Queryable, filter: RejectFilter): Promise<StoredReject[]> {
  const rows = await select(db, filter, true);
  return rows.map((row) => ({ ...infoOf(row), document: row.document ?? "null" }));
}

/** Notes why a document still does not fit. */
export async function restateReject(
  tx: Queryable,
  { id, userId }: Pick<RejectInfo, "id" | "userId">,
  entry: Omit<RejectEntry, "document" | "documentKey">,
): Promise<void> {
  const { path, column, expected, reason } = entry;
  await tx.query(RESTATE_REJECT, [id, path, column, expected, reason, userId]);
}

/** Lets documents of one wearer leave the quarantine; returns how many were still in it. */
export async function closeRejects(
  tx: Queryable,
  userId: string,
  ids: readonly number[],
  state: "resolved" | "discarded",
): Promise<number> {
  return (await tx.query(CLOSE_REJECTS, [userId, ids, state])).rowCount;
}

async function select(
  db: Queryable,
  { userId, dataTypes, ids, closed = false }: RejectFilter,
  documents: boolean,
): Promise<RejectRow[]> {
  const { rows } = await db.query<RejectRow>(LIST_REJECTS, [
    userId ?? null,
    dataTypes ?? null,
    ids ?? null,
    closed,
    documents,
  ]);
  return rows;
}

function infoOf(row: RejectRow): RejectInfo {
  return {
    id: row.id,
    userId: row.user_id,
    dataType: row.data_type,
    documentKey: row.document_key,
    path: row.path,
    column: row.column_name,
    expected: row.value_type,
    reason: row.reason,
    runId: row.run_id,
    state: row.state,
    createdAt: row.created_at,
    resolvedAt: row.resolved_at,
  };
}
