/**
 * One document of one wearer, as webhook events name it: fetch it by its id, then load it, put it into
 * quarantine, or mark it deleted when Oura no longer has it. Under the lease of its data type.
 */
import { isServed, type ServedType } from "../../config/model.ts";
import type { Transaction } from "../../lib/db/driver/database.ts";
import { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { acquireLeases } from "../../lib/db/store/leases.ts";
import { resolveRejects } from "../../lib/db/store/rejects.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { noRows, type RowCounts } from "../../lib/db/store/runs.ts";
import { EXIT, type OuraSyncError, UsageError } from "../../lib/errors.ts";
import { DocumentNotFoundError } from "../../lib/oura/errors.ts";
import type { OuraHttp } from "../../lib/oura/http/http.ts";
import { type CompiledType, compileTypes } from "../stages/compiled.ts";
import { removeBuriedSamples } from "../stages/series/deleted_samples.ts";
import { markDocumentDeleted } from "../stages/tombstones.ts";
import { BadRowError } from "../errors.ts";
import { explainDenial } from "./identify_wearer.ts";
import { withinEncoding } from "../stages/reject_entry.ts";
import { loadBatch, type LoadContext, newBatch, requireLease } from "./run/load_batch.ts";
import {
  asOuraSyncError,
  busyType,
  deniedEverywhere,
  nothingDone,
  type SyncReport,
  type TypeOutcome,
  verdict,
} from "./outcome.ts";
import { RunRecord } from "./run_record.ts";
import type { SyncOptions } from "./sync_wearer.ts";

/** Which document. */
export interface DocumentRequest {
  /** The name of its data type. */
  readonly dataType: string;
  readonly documentId: string;
}

/** Options of {@linkcode syncDocument}. */
export type DocumentOptions =
  & Omit<SyncOptions, "types" | "demand" | "dryRun" | "onEvent">
  & DocumentRequest;

/**
 * Syncs one document. It can be repeated: loading the same document again writes nothing.
 * @returns How it went, with one data type. Exit code 75 when another process is syncing the type.
 * @throws {UsageError} When Oura has no single documents of the data type.
 * @throws {DatabaseError} When the database is gone before the work begins.
 */
export async function syncDocument(options: DocumentOptions): Promise<SyncReport> {
  const started = performance.now();
  const { db, http, userId, pipeline, lease, version, signal, command = "document" } = options;
  const compiled = stagesOf(options);
  await using record = await RunRecord.open(db, {
    userId,
    command,
    startedAt: options.now ?? new Date(),
    version,
    configChecksum: pipeline.checksum,
    lease,
  }, http.traffic);
  await using leases = await acquireLeases(db, userId, [options.dataType], { ...lease, signal })
    .catch((error) => record.fail(error));
  const [holder] = leases.busy;
  const repertoire = await Repertoire.of(db);
  const context = { userId, runId: record.id, leases, repertoire };
  const outcome = holder ? busyType(holder, 1) : await readDocument(options, compiled, context);
  const { requests, bytes } = http.traffic;
  await record.type(outcome, { requests, bytes });
  const denied = deniedEverywhere([outcome])
    ? await explainDenial(http, [compiled.type.endpoint], signal)
    : null;
  const error = denied ?? verdict([outcome]);
  await record.close(error, outcome.counts);
  return reportOf(options, record.id, outcome, error, started);
}

/** A data type whose documents can be asked for one by one. */
interface DocumentStages extends CompiledType {
  readonly type: ServedType;
}

function stagesOf({ dataType, pipeline, compiled }: DocumentOptions): DocumentStages {
  const found = (compiled ?? compileTypes(pipeline)).get(dataType);
  if (found && isServed(found.type) && found.type.singleDocument) {
    return { ...found, type: found.type };
  }
  throw new UsageError("NO_SINGLE_DOCUMENT", `Oura has no single documents of ${dataType}`);
}

/** Fetches the document and stores what Oura says. Failures are in the outcome. */
async function readDocument(
  options: DocumentOptions,
  compiled: DocumentStages,
  context: LoadContext,
): Promise<TypeOutcome> {
  const { db, http, dataType, documentId, pipeline, signal } = options;
  const progress = nothingDone(dataType, 1);
  try {
    const document = await fetchDocument(http, compiled, documentId, signal);
    const counts = await retryTransaction(db, async (tx) => {
      const stored = document === null
        ? await deleteDocument(tx, compiled, context, documentId)
        : await loadDocument(tx, compiled, context, document, pipeline.contract.badRows === "fail");
      await requireLease(tx, context, dataType);
      return stored;
    }, { signal });
    return { ...progress, counts, windows: { done: 1, total: 1 }, state: "done" };
  } catch (error) {
    return { ...progress, state: "failed", error: asOuraSyncError(error) };
  }
}

/** The document, or null when Oura no longer has it. */
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
  compiled: CompiledType,
  context: LoadContext,
  document: unknown,
  failOnBadRow: boolean,
): Promise<RowCounts> {
  const { type } = compiled;
  const { repertoire } = context;
  await repertoire?.learn(tx, JSON.stringify(document));
  const outcome = withinEncoding(compiled.transform(document), document, repertoire);
  const batch = newBatch();
  if ("row" in outcome) {
    batch.rows.push(outcome.row);
    if (outcome.unread) batch.unread.push(outcome.unread);
  } else batch.rejects.push(outcome.reject);
  const [bad] = [...batch.rejects, ...batch.unread];
  if (bad && failOnBadRow) throw new BadRowError(type.name, bad);
  return (await loadBatch(tx, context, { ...compiled, hasOpenRejects: true }, batch)).counts;
}

async function deleteDocument(
  tx: Transaction,
  { type, transform: { table } }: CompiledType,
  { userId }: LoadContext,
  id: string,
): Promise<RowCounts> {
  const deleted = await markDocumentDeleted(tx, table, userId, id);
  if (deleted > 0) await removeBuriedSamples(tx, table, userId);
  await resolveRejects(tx, userId, type.name, [id]);
  return { ...noRows(), deleted };
}

function reportOf(
  { userId, http: { traffic } }: DocumentOptions,
  runId: number,
  outcome: TypeOutcome,
  error: OuraSyncError | null,
  started: number,
): SyncReport {
  const durationMs = Math.round(performance.now() - started);
  const exitCode = error?.exitCode ?? EXIT.done;
  const { counts } = outcome;
  return { runId, userId, types: [outcome], counts, traffic, durationMs, exitCode, error };
}
