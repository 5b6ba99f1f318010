/** Quarantine as people work on it: what waits there, and how it leaves. */
import CLOSE_REJECTS from "../../../sql/queries/close_rejects.sql" with { type: "text" };
import LIST_REJECTS from "../../../sql/queries/list_rejects.sql" with { type: "text" };
import RESTATE_REJECT from "../../../sql/queries/restate_reject.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";
import type { RejectEntry } from "./rejects.ts";

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
  id: number,
  entry: Omit<RejectEntry, "document" | "documentKey">,
): Promise<void> {
  const { path, column, expected, reason } = entry;
  await tx.query(RESTATE_REJECT, [id, path, column, expected, reason]);
}

/** Lets documents leave the quarantine; returns how many were still in it. */
export async function closeRejects(
  tx: Queryable,
  ids: readonly number[],
  state: "resolved" | "discarded",
): Promise<number> {
  return (await tx.query(CLOSE_REJECTS, [ids, state])).rowCount;
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
