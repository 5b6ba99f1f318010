/**
 * The sync of one wearer, in three steps: plan which windows to fetch, run them under leases, and
 * record how each data type ended. One type's failure never stops the others; an expired sign-in and
 * a broken database stop everything.
 */
import { isServed, type Pipeline, type PipelineType } from "../../config/model.ts";
import { utcDay } from "../../lib/values/days.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { Repertoire } from "../../lib/db/driver/repertoire.ts";
import type { LeaseOptions, Leases } from "../../lib/db/store/leases.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { addCounts, noRows } from "../../lib/db/store/runs.ts";
import { DatabaseError, EXIT, type OuraSyncError } from "../../lib/errors.ts";
import type { OuraHttp } from "../../lib/oura/http/http.ts";
import { type Span, telemetry } from "../../lib/log/telemetry.ts";
import { fillHeartRateHours, ROLLED_UP } from "../rollup/heart_rate_hours.ts";
import { fillSeriesDocuments } from "../rollup/series_documents.ts";
import { type CompiledTypes, compileTypes } from "../stages/compiled.ts";
import { askableTypes } from "./plan/askable.ts";
import { Delivered } from "./plan/delivered.ts";
import { explainDenial } from "./identify_wearer.ts";
import { reopenLostWindows } from "./plan/lost_rows.ts";
import { LoadPlaces } from "./run/load_ahead.ts";
import { MissingDocuments } from "./run/missing_documents.ts";
import {
  asOuraSyncError,
  busyType,
  deniedEverywhere,
  nothingDone,
  skippedType,
  type SyncReport,
  type TypeOutcome,
  verdict,
} from "./outcome.ts";
import { planJobs, type TypeJob } from "./plan/plan_jobs.ts";
import { forgotten, isStored, RunRecord } from "./run_record.ts";
import { runWindows } from "./run/scheduler.ts";
import type { Demand, Window } from "./plan/windows.ts";

/** What is happening, for progress bars and logs. */
export type SyncEvent =
  | { kind: "planned"; windows: number; types: number }
  | { kind: "window"; dataType: string; window: Window; rows: number }
  | { kind: "type"; outcome: TypeOutcome };

/** Options of {@linkcode sync}. */
export interface SyncOptions {
  pipeline: Pipeline;
  /** The compiled stages of `pipeline`. @default Compiled for this sync */
  compiled?: CompiledTypes | undefined;
  /** Migrated, and with the declared columns in place. */
  db: Database;
  http: OuraHttp;
  /** The wearer. */
  userId: string;
  /** Names of the data types. @default All of the pipeline */
  types?: readonly string[] | undefined;
  /** @default `{ kind: "pending" }` */
  demand?: Demand | undefined;
  /** Plan only: neither Oura is asked nor the database written. @default false */
  dryRun?: boolean | undefined;
  /** The name of the command, for the run record. @default "sync" */
  command?: string | undefined;
  version: string;
  /** Who takes the leases. */
  lease: LeaseOptions;
  /** @default the present */
  now?: Date | undefined;
  signal?: AbortSignal | undefined;
  onEvent?: ((event: SyncEvent) => void) | undefined;
}

/** The windows to fetch of one wearer. */
interface SyncPlan {
  readonly now: Date;
  /** All data types that were requested, in their order. */
  readonly requested: readonly PipelineType[];
  /** Those to ask Oura for, with their windows. */
  readonly jobs: readonly TypeJob[];
  /** Those not to ask for. */
  readonly skipped: readonly TypeOutcome[];
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
  const plan = await planSync(options);
  if (options.dryRun) return reportOf(options, started, plan, null, foreseen(plan), null);
  return await runPlan(plan, options, started);
}

async function planSync(options: SyncOptions): Promise<SyncPlan> {
  const { db, http, userId, pipeline, types, dryRun = false } = options;
  const { demand = { kind: "pending" }, now = new Date() } = options;
  const requested = pipeline.types.filter((type) => types?.includes(type.name) ?? isServed(type));
  const askable = await retryTransaction(
    db,
    (tx) => askableTypes(tx, userId, requested, http.tokens, now),
  );
  if (!dryRun) await reopenLostWindows(db, userId, askable.types, isStored(http));
  const jobs = await retryTransaction(
    db,
    (tx) => planJobs(tx, userId, askable, demand, { now, dryRun, lanes: http.limit.most }),
  );
  const skipped = [...askable.skipped].map(([name, why]) => skippedType(name, why));
  return { now, requested, jobs, skipped };
}

/** The outcomes of a dry run: nothing is done, and the windows are counted. */
function foreseen({ jobs, skipped }: SyncPlan): TypeOutcome[] {
  const planned = jobs.map(({ type, windows }): TypeOutcome => ({
    ...nothingDone(type.name, windows.length),
    state: "done",
  }));
  return [...planned, ...skipped];
}

async function runPlan(
  plan: SyncPlan,
  options: SyncOptions,
  started: number,
): Promise<SyncReport> {
  const { db, http, userId, pipeline, lease, version, signal, command = "sync" } = options;
  const names = plan.jobs.map(({ type }) => type.name);
  const run = {
    userId,
    command,
    startedAt: plan.now,
    version,
    configChecksum: pipeline.checksum,
    lease,
    isStored: isStored(http),
  };
  await using begun = await RunRecord.begin(db, run, http.traffic, names, signal);
  if (begun === null) return reportOf(options, started, plan, null, [], forgotten(userId));
  const { record, leases } = begun;
  const span = telemetry().span("run", { "oura_sync.command": command });
  const { outcomes, fatal } = await runJobs(plan, leases, record, span, options);

  const interrupted = signal?.aborted ? asOuraSyncError(signal.reason) : null;
  const denied = deniedEverywhere(outcomes)
    ? await explainDenial(http, plan.jobs.map(({ type }) => type.endpoint), signal)
    : null;
  const error = fatal ?? interrupted ?? denied ?? verdict(outcomes);
  const report = await closeRecord(
    record,
    reportOf(options, started, plan, record, outcomes, error),
  );
  await analyze(db, report);
  span.end({ "oura_sync.exit_code": report.exitCode }, report.error?.code);
  return report;
}

/** Runs the jobs whose leases are held, and records every data type as it ends. */
async function runJobs(
  { now, jobs: planned, skipped }: SyncPlan,
  leases: Leases,
  record: RunRecord,
  span: Span,
  options: SyncOptions,
): Promise<{ outcomes: TypeOutcome[]; fatal: OuraSyncError | null }> {
  const { db, http, userId, pipeline, onEvent = () => {} } = options;
  const jobs = planned.filter(({ type }) => leases.held.has(type.name));
  const windows = new Map(planned.map((job) => [job.type.name, job.windows.length]));
  onEvent({
    kind: "planned",
    types: jobs.length,
    windows: jobs.reduce((sum, job) => sum + job.windows.length, 0),
  });
  const onTypeEnd = typeRecorder(record, options);
  const busy = leases.busy.map((holder) => busyType(holder, windows.get(holder.dataType) ?? 0));
  for (const outcome of [...skipped, ...busy]) await onTypeEnd(outcome);

  for (const { type } of jobs) {
    if (type.name === ROLLED_UP) await fillHeartRateHours(db, type, userId);
    else await fillSeriesDocuments(db, type, userId);
  }
  const delivered = await retryTransaction(
    db,
    (tx) => Delivered.read(tx, userId, pipeline.types, utcDay(now)),
  );
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  const missing = new MissingDocuments(http);
  const repertoire = await Repertoire.of(db);
  const shared = { db, http, leases, userId, runId: record.id, now, delivered, missing, signal };
  const places = new LoadPlaces(db.parallelism);
  const context = { ...shared, repertoire, places };
  const { outcomes, fatal } = await runWindows(jobs, {
    context,
    compiled: options.compiled ?? compileTypes(pipeline),
    abort,
    contract: pipeline.contract,
    span,
    onWindow: (dataType, window, rows) => onEvent({ kind: "window", dataType, window, rows }),
    onTypeEnd: async (outcome) => {
      await onTypeEnd(outcome);
      leases.release(outcome.dataType);
    },
  });
  return { outcomes: [...outcomes, ...skipped, ...busy], fatal };
}

/** Announces how a data type ended, and writes it to the run's record. */
function typeRecorder(record: RunRecord, { pipeline, http, onEvent }: SyncOptions) {
  const endpoints = new Map(pipeline.types.map(({ name, endpoint }) => [name, endpoint]));
  return async (outcome: TypeOutcome) => {
    onEvent?.({ kind: "type", outcome });
    const endpoint = endpoints.get(outcome.dataType) ?? null;
    const traffic = endpoint === null ? undefined : http.traffic.byPath.get(endpoint);
    const { requests, bytes } = traffic ?? { requests: 0, bytes: 0 };
    telemetry().count("requests", requests, { "oura_sync.data_type": outcome.dataType });
    await record.type(outcome, { requests, bytes });
  };
}

function reportOf(
  { http: { traffic }, userId }: SyncOptions,
  started: number,
  { requested }: SyncPlan,
  record: RunRecord | null,
  outcomes: readonly TypeOutcome[],
  error: OuraSyncError | null,
): SyncReport {
  const byName = new Map(outcomes.map((outcome) => [outcome.dataType, outcome]));
  const types = requested.map(({ name }) => byName.get(name)).filter((type) => type !== undefined);
  const counts = noRows();
  for (const outcome of types) addCounts(counts, outcome.counts);
  const durationMs = Math.round(performance.now() - started);
  const exitCode = error?.exitCode ?? EXIT.done;
  return {
    runId: record?.id ?? null,
    userId,
    types,
    counts,
    traffic,
    durationMs,
    exitCode,
    error,
  };
}

/** Without the database nothing can be recorded; the exit code says so. */
async function closeRecord(record: RunRecord, report: SyncReport): Promise<SyncReport> {
  try {
    await record.close(report.error, report.counts);
    return report;
  } catch (failure) {
    if (!(failure instanceof DatabaseError)) throw failure;
    const error = report.error ?? failure;
    return { ...report, error, exitCode: error.exitCode };
  }
}

/** Rows after which the statistics of an embedded database are out of date. */
const MANY_ROWS = 5_000;

/** PGlite has no autovacuum: without statistics, queries over years plan badly and take seconds. */
async function analyze(db: Database, { counts, error }: SyncReport): Promise<void> {
  if (db.kind === "pglite" && counts.inserted >= MANY_ROWS && error === null) {
    await db.exec("ANALYZE");
  }
}
