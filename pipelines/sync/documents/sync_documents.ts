/**
 * Some documents of one wearer, as webhook events name them, in one run: each by its id, under the
 * lease of its data type.
 */
import { isServed, type Pipeline } from "../../../config/model.ts";
import { Repertoire } from "../../../lib/db/driver/repertoire.ts";
import type { HeldLease } from "../../../lib/db/store/leases.ts";
import { addCounts, noRows } from "../../../lib/db/store/runs.ts";
import { EXIT, type OuraSyncError, UsageError } from "../../../lib/errors.ts";
import { type CompiledTypes, compileTypes } from "../../stages/compiled.ts";
import { explainDenial } from "../identify_wearer.ts";
import {
  asOuraSyncError,
  busyType,
  deniedEverywhere,
  nothingDone,
  type SyncReport,
  type TypeOutcome,
  verdict,
} from "../outcome.ts";
import { forgotten, isStored, RunRecord } from "../run_record.ts";
import type { SyncOptions } from "../sync_wearer.ts";
import {
  type DocumentEnding,
  type DocumentRequest,
  type DocumentStages,
  syncOneDocument,
} from "./one_document.ts";

/** Options of {@linkcode syncDocuments}. */
export interface DocumentsOptions
  extends Omit<SyncOptions, "types" | "demand" | "dryRun" | "onEvent"> {
  readonly documents: readonly DocumentRequest[];
}

/** A document, and what became of it. */
export interface DocumentResult {
  readonly request: DocumentRequest;
  readonly ending: DocumentEnding;
}

/** A sync of documents also reports on each of them, in the order they were asked for. */
export interface DocumentsReport extends SyncReport {
  readonly documents: readonly DocumentResult[];
}

/** Whether Oura has single documents of a data type, and the pipeline syncs it. */
export function hasSingleDocuments(pipeline: Pipeline, dataType: string): boolean {
  const type = pipeline.types.find(({ name }) => name === dataType);
  return type !== undefined && isServed(type) && type.singleDocument;
}

/**
 * Syncs documents, side by side as far as the limit of requests allows. It can be repeated: loading the
 * same document again writes nothing.
 * @returns How it went. Exit code 75 when another process is syncing all of the data types.
 * @throws {UsageError} When Oura has no single documents of a data type.
 * @throws {DatabaseError} When the database is gone before the work begins.
 */
export async function syncDocuments(options: DocumentsOptions): Promise<DocumentsReport> {
  const started = performance.now();
  const { db, http, userId, pipeline, lease, version, signal, command = "document" } = options;
  const stages = stagesOf(options, options.compiled ?? compileTypes(pipeline));
  const run = {
    userId,
    command,
    startedAt: options.now ?? new Date(),
    version,
    configChecksum: pipeline.checksum,
    lease,
    isStored: isStored(http),
  };
  await using begun = await RunRecord.begin(db, run, http.traffic, [...stages.keys()], signal);
  if (begun === null) return notBegun(options, started, forgotten(userId));
  const { record, leases } = begun;
  const context = { userId, runId: record.id, leases, repertoire: await Repertoire.of(db) };
  const failOnBadRow = pipeline.contract.badRows === "fail";
  const path = { db, http, context, failOnBadRow, signal };
  const busy = new Map(leases.busy.map((each) => [each.dataType, each]));
  const documents = await Promise.all(options.documents.map(async (request) => ({
    request,
    ending: busy.has(request.dataType)
      ? { state: "busy" } as const
      : await syncOneDocument(path, stages.get(request.dataType)!, request),
  })));

  const outcomes = [...stages.keys()].map((name) => outcomeOf(name, documents, busy.get(name)));
  const { requests, bytes } = http.traffic;
  for (const [index, outcome] of outcomes.entries()) {
    // Requests are not counted by type; the first type's line has all of them.
    await record.type(outcome, index === 0 ? { requests, bytes } : { requests: 0, bytes: 0 });
  }
  const interrupted = signal?.aborted ? asOuraSyncError(signal.reason) : null;
  const endpoints = [...stages.values()].map(({ type }) => type.endpoint);
  const denied = interrupted === null && deniedEverywhere(outcomes)
    ? await explainDenial(http, endpoints, signal)
    : null;
  const error = interrupted ?? denied ?? verdict(outcomes);
  const counts = noRows();
  for (const outcome of outcomes) addCounts(counts, outcome.counts);
  await record.close(error, counts);
  return {
    runId: record.id,
    userId,
    types: outcomes,
    counts,
    documents,
    traffic: http.traffic,
    durationMs: Math.round(performance.now() - started),
    exitCode: error?.exitCode ?? EXIT.done,
    error,
  };
}

/** The report of documents that were not asked for. */
function notBegun(
  { userId, documents, http: { traffic } }: DocumentsOptions,
  started: number,
  error: OuraSyncError,
): DocumentsReport {
  const ending = { state: "failed", error } as const;
  return {
    runId: null,
    userId,
    types: [],
    counts: noRows(),
    documents: documents.map((request) => ({ request, ending })),
    traffic,
    durationMs: Math.round(performance.now() - started),
    exitCode: error.exitCode,
    error,
  };
}

function stagesOf(
  { documents }: DocumentsOptions,
  compiled: CompiledTypes,
): Map<string, DocumentStages> {
  const stages = new Map<string, DocumentStages>();
  for (const { dataType } of documents) {
    const found = compiled.get(dataType);
    if (!found || !isServed(found.type) || !found.type.singleDocument) {
      throw new UsageError("NO_SINGLE_DOCUMENT", `Oura has no single documents of ${dataType}`);
    }
    stages.set(dataType, { ...found, type: found.type });
  }
  return stages;
}

/** What the documents of one data type amount to. */
function outcomeOf(
  dataType: string,
  all: readonly DocumentResult[],
  busy: HeldLease | undefined,
): TypeOutcome {
  const endings = all.filter(({ request }) => request.dataType === dataType)
    .map(({ ending }) => ending);
  if (busy) return busyType(busy, endings.length);
  const counts = noRows();
  for (const ending of endings) if ("counts" in ending) addCounts(counts, ending.counts);
  const failed = endings.find((ending) => ending.state === "failed");
  const done = endings.filter(({ state }) => state !== "failed").length;
  const progress = {
    ...nothingDone(dataType),
    counts,
    windows: { done, total: endings.length },
  };
  return failed
    ? { ...progress, state: "failed", error: failed.error }
    : { ...progress, state: "done" };
}
