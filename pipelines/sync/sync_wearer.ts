/**
 * The sync of one wearer: finds what is to fetch, takes the leases, works through the windows, and
 * records how each data type ended. One type's failure never stops the others; a dead sign-in and a
 * broken database stop everything.
 */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import { utcDay } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases, type LeaseOptions } from "../../lib/db/store/leases.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { addCounts, noRows } from "../../lib/db/store/runs.ts";
import { DatabaseError, EXIT, type OuraSyncError } from "../../lib/errors.ts";
import type { OuraHttp } from "../../lib/oura/http/http.ts";
import { telemetry } from "../../lib/log/telemetry.ts";
import { askableTypes } from "./askable.ts";
import {
  asOuraSyncError,
  deniedEverywhere,
  leaveOut,
  type SyncReport,
  type TypeOutcome,
  verdict,
} from "./outcome.ts";
import { reopenLostWindows } from "./lost_rows.ts";
import { Delivered } from "./delivered.ts";
import { MissingDocuments } from "./missing_documents.ts";
import { planJobs } from "./plan_jobs.ts";
import { explainDenial } from "./identify_wearer.ts";
import { fillHeartRateHours, ROLLED_UP } from "../rollup/heart_rate_hours.ts";
import { RunRecord } from "./run_record.ts";
import type { Demand, Window } from "./windows.ts";
import { runWindows } from "./scheduler.ts";

/** What is happening, for progress bars and logs. */
export type SyncEvent =
  | { kind: "planned"; windows: number; types: number }
  | { kind: "window"; dataType: string; window: Window; rows: number }
  | { kind: "type"; outcome: TypeOutcome };

/** Options of {@linkcode sync}. */
export interface SyncOptions {
  pipeline: Pipeline;
  /** Migrated, and with the declared columns in place. */
  db: Database;
  http: OuraHttp;
  /** The wearer. */
  userId: string;
  /** Names of the data types. @default All of the pipeline */
  types?: readonly string[];
  /** @default `{ kind: "pending" }` */
  demand?: Demand;
  /** Windows in flight at once. @default 4 */
  concurrency?: number;
  /** Plan only: neither Oura is asked nor the database written. @default false */
  dryRun?: boolean;
  /** The name of the command, for the run record. @default "sync" */
  command?: string;
  version: string;
  /** Who takes the leases. */
  lease: LeaseOptions;
  /** @default the present */
  now?: Date;
  signal?: AbortSignal;
  onEvent?: (event: SyncEvent) => void;
}

/**
 * Syncs one wearer.
 * @returns How it went; failures of data types are in the report.
 * @throws {DatabaseError} When the database is gone before the work begins.
 * @throws The reason of `signal`, when it is aborted before the work begins. Every other expected
 * failure ends up in the report's `error`.
 */
export async function sync(options: SyncOptions): Promise<SyncReport> {
  const started = performance.now();
  const { db, http, userId, pipeline, onEvent = () => {} } = options;
  const now = options.now ?? new Date();
  const asked = selectTypes(pipeline, options.types);
  const outcomes = new Map<string, TypeOutcome>(asked.map((type) => [type.name, newOutcome(type)]));
  const askable = await retryTransaction(
    db,
    (tx) => askableTypes(tx, userId, asked, http.tokens, now),
  );
  const granted = askable.types;
  for (const [name, why] of askable.leftOut) leaveOut(outcomes.get(name)!, why);

  if (!options.dryRun) await reopenLostWindows(db, userId, granted);
  const demand = options.demand ?? { kind: "pending" };
  const planned = await retryTransaction(
    db,
    (tx) => planJobs(tx, userId, askable, demand, { now, dryRun: options.dryRun ?? false }),
  );
  const report = (runId: number | null, error: OuraSyncError | null): SyncReport => {
    const types = [...outcomes.values()];
    const counts = noRows();
    for (const outcome of types) addCounts(counts, outcome.counts);
    const { traffic } = http;
    const durationMs = Math.round(performance.now() - started);
    const exitCode = error?.exitCode ?? EXIT.done;
    return { runId, userId, types, counts, traffic, durationMs, exitCode, error };
  };
  for (const job of planned) outcomes.get(job.type.name)!.windows.total = job.windows.length;
  if (options.dryRun) return report(null, null);

  const delivered = await retryTransaction(
    db,
    (tx) => Delivered.read(tx, userId, pipeline.types, utcDay(now)),
  );
  const command = options.command ?? "sync";
  const record = await RunRecord.open(db, {
    userId,
    command,
    startedAt: now,
    version: options.version,
    configChecksum: pipeline.checksum,
    lease: options.lease,
  });
  const span = telemetry().span("run", { "oura_sync.command": command });
  const abort = new AbortController();
  await using leases = await acquireLeases(
    db,
    userId,
    granted.map(({ name }) => name),
    options.signal ? { ...options.lease, signal: options.signal } : options.lease,
  ).catch(async (error) => {
    if (error === options.signal?.reason) {
      await record.close(asOuraSyncError(error), noRows(), http.traffic);
    }
    throw error;
  });
  for (const holder of leases.busy) {
    Object.assign(outcomes.get(holder.dataType)!, { state: "busy", holder });
  }
  const jobs = planned.filter(({ type }) => leases.held.has(type.name));
  onEvent({
    kind: "planned",
    types: jobs.length,
    windows: jobs.reduce((sum, { windows }) => sum + windows.length, 0),
  });

  const endpoints = new Map(asked.map(({ name, endpoint }) => [name, endpoint]));
  const finishType = async (outcome: TypeOutcome) => {
    onEvent({ kind: "type", outcome });
    const traffic = http.traffic.byPath.get(endpoints.get(outcome.dataType)!);
    const { requests, bytes } = traffic ?? { requests: 0, bytes: 0 };
    telemetry().count("requests", requests, { "oura_sync.data_type": outcome.dataType });
    await record.type(outcome, { requests, bytes });
  };
  for (const outcome of outcomes.values()) {
    if (outcome.state === "skipped" || outcome.state === "busy") await finishType(outcome);
  }
  const heartRate = jobs.find(({ type }) => type.name === ROLLED_UP);
  if (heartRate) await fillHeartRateHours(db, heartRate.type, userId);
  const fatal = await runWindows(jobs, {
    context: {
      db,
      http,
      leases,
      userId,
      runId: record.id,
      now,
      delivered,
      missing: new MissingDocuments(http),
      signal: options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal,
    },
    abort,
    contract: pipeline.contract,
    concurrency: options.concurrency ?? 4,
    outcomes,
    span,
    onWindow: (dataType, window, rows) => onEvent({ kind: "window", dataType, window, rows }),
    onTypeEnd: async (outcome) => {
      await finishType(outcome);
      leases.release(outcome.dataType);
    },
  });

  const stopped = options.signal?.aborted ? asOuraSyncError(options.signal.reason) : null;
  const ended = [...outcomes.values()];
  const denied = deniedEverywhere(ended)
    ? await explainDenial(http, granted.map(({ endpoint }) => endpoint), options.signal)
    : null;
  let error = fatal ?? stopped ?? denied ?? verdict(ended);
  try {
    await record.close(error, report(record.id, error).counts, http.traffic);
  } catch (failure) {
    // Without the database nothing can be recorded; the exit code says so.
    if (!(failure instanceof DatabaseError)) throw failure;
    error ??= failure;
  }
  const result = report(record.id, error);
  if (db.kind === "pglite" && result.counts.inserted >= MANY_ROWS && error === null) {
    // It has no autovacuum: without statistics, queries over years plan badly and take seconds.
    await db.exec("ANALYZE");
  }
  span.end({ "oura_sync.exit_code": result.exitCode }, error?.code);
  return result;
}

/** Rows after which the statistics of an embedded database are out of date. */
const MANY_ROWS = 5_000;

function selectTypes(pipeline: Pipeline, names: readonly string[] | undefined): PipelineType[] {
  return pipeline.types.filter(({ name, importOnly }) => names?.includes(name) ?? !importOnly);
}

function newOutcome(type: PipelineType): TypeOutcome {
  return {
    dataType: type.name,
    state: "done",
    counts: noRows(),
    windows: { done: 0, total: 0 },
  };
}
