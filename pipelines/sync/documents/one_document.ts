/**
 * One document by its id: fetch it, then load it, put it into quarantine, or mark it deleted when Oura
 * no longer has it.
 */
import type { Database, Transaction } from "../../../lib/db/driver/database.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { resolveRejects } from "../../../lib/db/store/rejects.ts";
import { noRows, type RowCounts } from "../../../lib/db/store/runs.ts";
import type { OuraSyncError } from "../../../lib/errors.ts";
import { DocumentNotFoundError } from "../../../lib/oura/errors.ts";
import type { OuraHttp } from "../../../lib/oura/http/http.ts";
import type { ServedType } from "../../../config/model.ts";
import { BadRowError } from "../../errors.ts";
import { refreshRollUpsOf } from "../../rollup/single_documents.ts";
import type { CompiledType } from "../../stages/compiled.ts";
import { withinEncoding } from "../../stages/reject_entry.ts";
import { removeBuriedSamples } from "../../stages/series/deleted_samples.ts";
import { markDocumentDeleted } from "../../stages/tombstones.ts";
import { asOuraSyncError } from "../outcome.ts";
import { loadBatch, type LoadContext, newBatch, requireLease } from "../run/load_batch.ts";

/** Which document. */
export interface DocumentRequest {
  /** The name of its data type. */
  readonly dataType: string;
  readonly documentId: string;
  /**
   * What it means that Oura does not have it: it was deleted, or it will come. An event can be faster
   * than the document that it names.
   * @default "deleted"
   */
  readonly whenMissing?: "deleted" | "wait";
}

/** What became of a document. `missing`: Oura does not have it, and `whenMissing` is `wait`. */
export type DocumentEnding =
  | { readonly state: "stored" | "rejected" | "deleted"; readonly counts: RowCounts }
  | { readonly state: "missing" | "busy" }
  | { readonly state: "failed"; readonly error: OuraSyncError };

/** A data type whose documents can be asked for one by one. */
export interface DocumentStages extends CompiledType {
  readonly type: ServedType;
}

/** Where a document comes from, and where it goes. */
export interface DocumentPath {
  readonly db: Database;
  readonly http: OuraHttp;
  readonly context: LoadContext;
  /** Whether a document that does not fit fails instead of going into quarantine. */
  readonly failOnBadRow: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Fetches the document and stores what Oura says. Expected failures are in the ending. */
export async function syncOneDocument(
  path: DocumentPath,
  stages: DocumentStages,
  { documentId, whenMissing = "deleted" }: DocumentRequest,
): Promise<DocumentEnding> {
  const { db, context, signal, failOnBadRow } = path;
  try {
    const document = await fetchDocument(path.http, stages, documentId, signal);
    if (document === null && whenMissing === "wait") return { state: "missing" };
    const counts = await retryTransaction(db, async (tx) => {
      const stored = document === null
        ? await deleteDocument(tx, stages, context, documentId)
        : await loadDocument(tx, stages, context, document, failOnBadRow);
      await requireLease(tx, context, stages.type.name);
      return stored;
    }, { signal });
    if (document === null) return { state: "deleted", counts };
    return { state: counts.rejected > 0 ? "rejected" : "stored", counts };
  } catch (error) {
    return { state: "failed", error: asOuraSyncError(error) };
  }
}

/** The document, or null when Oura does not have it. */
async function fetchDocument(
  http: OuraHttp,
  { type }: DocumentStages,
  id: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    return await http.getJson(`${type.endpoint}/${encodeURIComponent(id)}`, {}, signal);
  } catch (error) {
    if (error instanceof DocumentNotFoundError) return null;
    throw error;
  }
}

async function loadDocument(
  tx: Transaction,
  stages: CompiledType,
  context: LoadContext,
  document: unknown,
  failOnBadRow: boolean,
): Promise<RowCounts> {
  const { type } = stages;
  const { repertoire } = context;
  await repertoire?.learn(tx, JSON.stringify(document));
  const outcome = withinEncoding(stages.transform(document), document, repertoire);
  const batch = newBatch(stages.transform.table);
  if ("row" in outcome) {
    batch.rows.push(outcome.row);
    if (outcome.unread) batch.unread.push(outcome.unread);
  } else batch.rejects.push(outcome.reject);
  const [bad] = [...batch.rejects, ...batch.unread];
  if (bad && failOnBadRow) throw new BadRowError(type.name, bad);
  const { counts } = await loadBatch(tx, context, { ...stages, hasOpenRejects: true }, batch);
  await refreshRollUpsOf(tx, type, context.userId, Array.from(batch.rows, ({ key }) => key));
  return counts;
}

async function deleteDocument(
  tx: Transaction,
  { type, transform: { table } }: CompiledType,
  { userId }: LoadContext,
  id: string,
): Promise<RowCounts> {
  const deleted = await markDocumentDeleted(tx, table, userId, id);
  if (deleted > 0) {
    await removeBuriedSamples(tx, table, userId);
    await refreshRollUpsOf(tx, type, userId, [id]);
  }
  await resolveRejects(tx, userId, type.name, [id]);
  return { ...noRows(), deleted };
}
