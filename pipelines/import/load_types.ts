/** Loads the data types of an archive under their leases, as one run, two of them side by side. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import { addCounts, noRows } from "../../lib/db/store/runs.ts";
import { BusyError, EXIT, OuraSyncError, PartialError } from "../../lib/errors.ts";
import { TooManyRejectsError } from "../errors.ts";
import { isTimeKeyed } from "../stages/table.ts";
import {
  asOuraSyncError,
  type Ending,
  type TypeOutcome,
  type TypeProgress,
  verdict,
} from "../sync/outcome.ts";
import { type BegunRun, forgotten, RunRecord } from "../sync/run_record.ts";
import { type ImportContext, type ImportCounts, noCounts } from "./context.ts";
import { importType } from "./load_type.ts";
import { imported, type ImportedType, type ImportOptions, type TypesResult } from "./report.ts";
import type { Scan, ScannedType } from "./scan.ts";
import { recordImport } from "./stored.ts";

/** The context of an import that has no run yet. */
export type SharedContext = Omit<ImportContext, "runId">;

/** Loads all types; a failure of one is its ending, and the others are loaded. */
export async function loadTypes(
  { db, pipeline, userId, lease, version }: ImportOptions,
  scan: Scan,
  context: SharedContext,
): Promise<TypesResult> {
  await using begun = await RunRecord.begin(
    db,
    {
      userId,
      command: "import",
      startedAt: new Date(),
      version,
      configChecksum: pipeline.checksum,
      lease,
    },
    { requests: 0, bytes: 0, traceIds: [] },
    scan.types.map(({ type }) => type.name),
  );
  if (begun === null) throw forgotten(userId);
  const { ended, stopped } = await loadLanes(begun, pipeline, scan, context);
  const sum = noRows();
  for (const { outcome } of ended) addCounts(sum, outcome.counts);
  const outcomes = ended.map(({ outcome }) => outcome);
  const busy = begun.leases.busy.map(({ dataType }) => dataType);
  const hasFailed = outcomes.some(({ state }) => state === "failed");
  const error = stopped ??
    (busy.length > 0 && !hasFailed ? busyTypes(busy, outcomes.length) : verdict(outcomes));
  await begun.record.close(error, sum);
  return { types: ended.map(({ report }) => report), error };
}

/** A data type that was loaded, or not. */
interface EndedType {
  readonly outcome: TypeOutcome;
  readonly report: ImportedType;
}

/**
 * Loads the time series in one lane and the documents in another. The server writes the series of
 * documents, a value a minute, while this process reads samples: each keeps a processor busy. More
 * lanes would take more memory.
 * @returns What ended, in the order of the scan, and the failure that stopped both lanes.
 */
async function loadLanes(
  { leases, record }: BegunRun,
  pipeline: Pipeline,
  { types }: Scan,
  context: SharedContext,
): Promise<{ ended: EndedType[]; stopped: OuraSyncError | null }> {
  const stop = new AbortController();
  const signals = [stop.signal, ...(context.signal ? [context.signal] : [])];
  const running: ImportContext = {
    ...context,
    signal: AbortSignal.any(signals),
    runId: record.id,
    mayWrite: (tx, dataType) => leases.stillHeld(tx, dataType),
  };
  const busy = new Map(leases.busy.map((holder) => [holder.dataType, holder]));
  const ended = new Map<ScannedType, EndedType>();
  const load = async (lane: readonly ScannedType[]) => {
    for (const scanned of lane) {
      if (stop.signal.aborted) return;
      const { name } = scanned.type;
      const holder = busy.get(name);
      const counts = noCounts();
      const ending: Ending = holder
        ? { state: "busy", holder }
        : await loadType(scanned, running, pipeline, counts);
      const outcome = { ...progressOf(name, counts), ...ending };
      ended.set(scanned, { outcome, report: imported(scanned, counts, ending) });
      const failure = endsImport(ending, running.signal);
      if (failure) return stop.abort(failure);
      await record.type(outcome, { requests: 0, bytes: 0 });
    }
  };
  const [samples, documents] = [true, false]
    .map((is) => types.filter(({ type }) => isTimeKeyed(type) === is));
  await bothEnded([load(samples!), load(documents!)], stop);
  const { reason } = stop.signal;
  return {
    ended: types.flatMap((scanned) => ended.get(scanned) ?? []),
    stopped: reason instanceof OuraSyncError ? reason : null,
  };
}

/**
 * Waits for both lanes, so that none is at work when the database is closed.
 * @throws What one of them has thrown; the other is stopped first.
 */
async function bothEnded(lanes: readonly Promise<void>[], stop: AbortController): Promise<void> {
  for (const lane of lanes) lane.catch((error) => stop.abort(error));
  const results = await Promise.allSettled(lanes);
  const failed = results.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** Loads one type; an expected failure is its ending. */
async function loadType(
  scanned: Scan["types"][number],
  context: ImportContext,
  pipeline: Pipeline,
  counts: ImportCounts,
): Promise<Ending> {
  const { type } = scanned;
  const { db, userId, exportedAt } = context;
  try {
    await importType(context, scanned, true, counts);
    if (exportedAt !== null) {
      await retryStatement(db, (each) => recordImport(each, userId, type.name, exportedAt));
    }
    const error = tooManyRejects(type, counts, pipeline);
    return error ? { state: "failed", error } : { state: "done" };
  } catch (error) {
    return { state: "failed", error: asOuraSyncError(error) };
  }
}

/** The failure that ends the whole import; null when the next type may be loaded. */
function endsImport(ending: Ending, signal: AbortSignal | undefined): OuraSyncError | null {
  if (ending.state !== "failed") return null;
  return signal?.aborted || ending.error.exitCode === EXIT.database ? ending.error : null;
}

function progressOf(
  dataType: string,
  { inserted, updated, unchanged, kept, rejected }: ImportCounts,
): TypeProgress {
  return {
    dataType,
    counts: { inserted, updated, unchanged: unchanged + kept, rejected, deleted: 0 },
    windows: { done: 0, total: 0 },
  };
}

function tooManyRejects(
  { name }: PipelineType,
  { newRejects, inserted, updated, unchanged, kept, rejected }: ImportCounts,
  { contract }: Pipeline,
): OuraSyncError | null {
  const all = inserted + updated + unchanged + kept + rejected;
  if (newRejects === 0 || newRejects / all <= contract.maxRejects) return null;
  return new TooManyRejectsError(name, newRejects, all, contract.maxRejects);
}

/** An import does not come again by itself, as a sync does: what it left out is to be done. */
function busyTypes(dataTypes: readonly string[], all: number): OuraSyncError {
  const hint = "Run the import again when that process has ended.";
  if (dataTypes.length === all) {
    const message = "another process is syncing or importing all requested data types";
    return new BusyError("ALL_BUSY", message, { hint });
  }
  return new PartialError(
    "TYPES_BUSY",
    `another process is syncing or importing ${dataTypes.join(", ")}: these types were skipped`,
    { hint },
  );
}
