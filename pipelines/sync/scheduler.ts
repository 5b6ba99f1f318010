/**
 * Works through the windows of many data types with a few in flight at once, and decides after each
 * failure how far it reaches: the window, the type, or the run.
 */
import type { Contract, PipelineType } from "../../config/model.ts";
import { recordWindow } from "../../lib/db/store/ledger.ts";
import { typesInQuarantine } from "../../lib/db/store/rejects.ts";
import { isTableTrouble } from "../../lib/db/driver/errors/error_reach.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { addCounts, documentsIn, noRows } from "../../lib/db/store/runs.ts";
import {
  DatabaseError,
  OuraSyncError,
  OuraUnavailableError,
  SignInError,
  UsageError,
} from "../../lib/errors.ts";
import { AccessDeniedError, RateLimitedError } from "../../lib/oura/errors.ts";
import type { Span } from "../../lib/log/telemetry.ts";
import { notOffered } from "./askable.ts";
import { watchDrift } from "../stages/drift.ts";
import { judge } from "./contract.ts";
import { TableTroubleError } from "../errors.ts";
import { createLoader } from "../stages/load.ts";
import { asOuraSyncError, leaveOut, stopType, type TypeOutcome } from "./outcome.ts";
import type { SyncContext, TypeStages } from "./window.ts";
import { tracedWindow } from "./traced_window.ts";
import { createTransform } from "../stages/transform.ts";
import { isReachable } from "./identify_wearer.ts";
import type { Window } from "./windows.ts";

/** A data type with its windows to fetch, newest first. */
export interface TypeJob {
  readonly type: PipelineType;
  readonly windows: readonly Window[];
  /** Whether no scope tells if Oura gives the type, so that a refusal is an answer, not a failure. */
  readonly isProbe: boolean;
}

/** What {@linkcode runWindows} needs. */
export interface WorkOptions {
  readonly context: SyncContext;
  /** Aborted when the whole run must stop. */
  readonly abort: AbortController;
  readonly contract: Contract;
  /** Windows in flight at once. */
  readonly concurrency: number;
  /** Filled in as the work goes on; one for every job. */
  readonly outcomes: ReadonlyMap<string, TypeOutcome>;
  /** Of the run. */
  readonly span: Span;
  readonly onWindow: (dataType: string, window: Window, rows: number) => void;
  /** Called once for every job, when its last window ended. */
  readonly onTypeEnd: (outcome: TypeOutcome) => Promise<void>;
}

interface RunningType {
  readonly stages: TypeStages;
  readonly outcome: TypeOutcome;
  readonly windows: readonly Window[];
  readonly isProbe: boolean;
  readonly span: Span;
  /** Windows not ended yet. */
  left: number;
}

/** When so many types in a row found Oura unavailable, it is asked whether it is there at all. */
const UNAVAILABLE_TYPES = 3;

/**
 * Works through all jobs.
 * @returns The failure that stopped the run, or null when every job came to its own end.
 */
export async function runWindows(
  jobs: readonly TypeJob[],
  options: WorkOptions,
): Promise<OuraSyncError | null> {
  const { context, abort, outcomes } = options;
  const runnings: RunningType[] = [];
  const { db, userId } = context;
  const quarantined = await retryTransaction(db, (tx) => typesInQuarantine(tx, userId));
  for (const { type, windows, isProbe } of jobs) {
    const outcome = outcomes.get(type.name)!;
    const stages = prepare(type, quarantined.has(type.name), options);
    const span = options.span.child("type", { "oura_sync.data_type": type.name });
    const running = { stages, outcome, windows, isProbe, span, left: windows.length };
    runnings.push(running);
    if (windows.length === 0) await endType(running, options);
  }
  const queue = newestOfAllFirst(runnings);

  let fatal: OuraSyncError | null = null;
  let unavailable = 0;

  const endWindow = async (running: RunningType) => {
    running.left--;
    if (running.left === 0) await endType(running, options);
  };
  const fail = async (running: RunningType, window: Window, error: OuraSyncError) => {
    const { outcome } = running;
    if (endsRun(error)) return stopType(outcome, stopRun(error));
    // What was in flight when the run ended fails for the reason the run ended for.
    if (context.signal.aborted) return stopType(outcome, asOuraSyncError(context.signal.reason));
    if (running.isProbe && error instanceof AccessDeniedError) {
      const { status } = error.refusal;
      leaveOut(outcome, notOffered(running.stages.type, { status, at: context.now }));
      outcome.httpStatus = status;
      return;
    }
    if (outcome.state !== "failed") Object.assign(outcome, { state: "failed", error });
    await recordFailure(context, running.stages.type, window, error);
    if (error instanceof RateLimitedError) return abort.abort(error);
    unavailable = error instanceof OuraUnavailableError ? unavailable + 1 : unavailable;
    if (unavailable < UNAVAILABLE_TYPES) return;
    unavailable = 0;
    // Routes that are broken must not keep the others from being tried; a dead network does.
    if (!await isReachable(context.http, context.signal)) abort.abort(error);
  };
  /** The first reason to end the run is its only one. */
  const stopRun = (error: OuraSyncError): OuraSyncError => {
    fatal ??= error;
    abort.abort(fatal);
    return fatal;
  };
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { running, window } = next;
      const { outcome, stages } = running;
      if (context.signal.aborted) stopType(outcome, asOuraSyncError(context.signal.reason));
      // A type that failed once is not asked for again in this run; its windows stay to fetch.
      if (outcome.state === "done") {
        const counts = noRows();
        try {
          await tracedWindow(running.span, context, stages, window, counts);
          outcome.windows.done++;
          unavailable = 0;
          options.onWindow(stages.type.name, window, documentsIn(counts));
        } catch (error) {
          await fail(running, window, failureOf(error, stages.type));
        } finally {
          addCounts(outcome.counts, counts);
        }
      }
      await endWindow(running);
    }
  };
  const guarded = () =>
    worker().catch((error) => {
      abort.abort(error);
      stopRun(asOuraSyncError(error));
    });
  await Promise.all(Array.from({ length: options.concurrency }, guarded));
  // Workers that a broken database stopped left windows behind: their types are not done.
  for (const { outcome, left } of fatal ? runnings : []) {
    if (left > 0 && outcome.state === "done") stopType(outcome, fatal!);
  }
  return fatal;
}

/** Whether a failure concerns the whole run: the sign-in, the app's registration, the database. */
function endsRun(error: OuraSyncError): boolean {
  return error instanceof SignInError || error instanceof UsageError ||
    error instanceof DatabaseError;
}

/** A failure of the type's own table stays with the type; any other comes back as it is. */
function failureOf(error: unknown, { name, table }: PipelineType): OuraSyncError {
  return isTableTrouble(error) ? new TableTroubleError(name, table, error) : asOuraSyncError(error);
}

async function endType(running: RunningType, options: WorkOptions): Promise<void> {
  const { outcome, span, stages } = running;
  judge(outcome, stages, options.contract);
  span.end({ "oura_sync.state": outcome.state }, outcome.error?.code);
  await options.onTypeEnd(outcome);
}

/**
 * Every type's newest window, then every type's next: what people look at first comes first. Within
 * a round the time series lead: their many pages come one after another, and would be waited for at
 * the end.
 */
function newestOfAllFirst(types: readonly RunningType[]) {
  const isSeries = ({ stages }: RunningType) => stages.type.window.by === "datetime";
  const runnings = [...types.filter(isSeries), ...types.filter((type) => !isSeries(type))];
  const rounds = Math.max(0, ...runnings.map(({ windows }) => windows.length));
  const queue: { running: RunningType; window: Window }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const running of runnings) {
      const window = running.windows[round];
      if (window) queue.push({ running, window });
    }
  }
  return queue;
}

function prepare(
  type: PipelineType,
  hasOpenRejects: boolean,
  { contract }: WorkOptions,
): TypeStages {
  const transform = createTransform(type);
  return {
    type,
    transform,
    load: createLoader(transform.table),
    hasOpenRejects,
    failOnBadRow: contract.badRows === "fail",
    drift: contract.newFields === "ignore" ? null : watchDrift(type),
    newRejects: { count: 0 },
  };
}

async function recordFailure(
  context: SyncContext,
  type: PipelineType,
  window: Window,
  error: OuraSyncError,
): Promise<void> {
  const entry = {
    userId: context.userId,
    dataType: type.name,
    from: window.from,
    to: window.to,
    state: "failed" as const,
    rows: 0,
    fetchedAt: context.now,
    runId: context.runId,
    snapshot: type.window.by === "none",
    error: { code: error.code, message: error.message },
  };
  await retryTransaction(context.db, (tx) => recordWindow(tx, entry));
}
