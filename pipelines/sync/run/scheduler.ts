/**
 * Works through the windows of many data types with a few in flight at once, and decides after each
 * failure how far it reaches: the window, the type, or the run.
 */
import type { Contract, PipelineType } from "../../../config/model.ts";
import { recordWindow } from "../../../lib/db/store/ledger.ts";
import { typesInQuarantine } from "../../../lib/db/store/rejects.ts";
import { isTableTrouble } from "../../../lib/db/driver/errors/error_reach.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { addCounts, documentsIn, noRows } from "../../../lib/db/store/runs.ts";
import {
  DatabaseError,
  OuraSyncError,
  OuraUnavailableError,
  SignInError,
  UsageError,
} from "../../../lib/errors.ts";
import type { Span } from "../../../lib/log/telemetry.ts";
import { AccessDeniedError, RateLimitedError } from "../../../lib/oura/errors.ts";
import { TableTroubleError } from "../../errors.ts";
import type { CompiledTypes } from "../../stages/compiled.ts";
import { notOffered } from "../plan/askable.ts";
import { isReachable } from "../identify_wearer.ts";
import { asOuraSyncError, type Ending, skip, type TypeOutcome } from "../outcome.ts";
import {
  newestOfAllFirst,
  outcomeOf,
  type RunningType,
  startType,
  stopped,
} from "./running_type.ts";
import { tracedWindow } from "./traced_window.ts";
import type { SyncContext } from "./window.ts";
import type { TypeJob } from "../plan/plan_jobs.ts";
import type { Window } from "../plan/windows.ts";

/** What {@linkcode runWindows} needs. */
export interface RunOptions {
  readonly context: SyncContext;
  readonly compiled: CompiledTypes;
  /** Aborted when the whole run must stop. */
  readonly abort: AbortController;
  readonly contract: Contract;
  /** Of the run. */
  readonly span: Span;
  readonly onWindow: (dataType: string, window: Window, rows: number) => void;
  /** Called once for every job, when its last window ended. */
  readonly onTypeEnd: (outcome: TypeOutcome) => Promise<void>;
}

/** How the windows of a run ended. */
export interface RunResult {
  /** In the order of the jobs. */
  readonly outcomes: readonly TypeOutcome[];
  /** The failure that stopped the run, or null when every job came to its own end. */
  readonly fatal: OuraSyncError | null;
}

/** After this many types in a row found Oura unavailable, the run checks whether it answers at all. */
const UNAVAILABLE_TYPES = 3;

/** Works through all jobs. Failures are in the result; only bugs are thrown. */
export async function runWindows(
  jobs: readonly TypeJob[],
  options: RunOptions,
): Promise<RunResult> {
  const { db, userId } = options.context;
  const quarantined = await retryTransaction(db, (tx) => typesInQuarantine(tx, userId));
  const types = jobs.map((job) => startType(job, quarantined.has(job.type.name), options));
  const scheduler = new Scheduler(types, options);
  await scheduler.run();
  const { fatal } = scheduler;
  return {
    outcomes: types.map((type) => type.outcome ?? outcomeOf(type, options.contract, fatal)),
    fatal,
  };
}

/** The windows of one run, and what stopped it. */
class Scheduler {
  fatal: OuraSyncError | null = null;
  readonly #queue: { type: RunningType; window: Window }[];
  /** What is no failure of ours. */
  #bug: { readonly error: unknown } | null = null;
  #unavailable = 0;
  #running = 0;
  #nextStart: ReturnType<typeof setTimeout> | null = null;
  readonly #idle = Promise.withResolvers<void>();

  constructor(
    private readonly types: readonly RunningType[],
    private readonly options: RunOptions,
  ) {
    this.#queue = newestOfAllFirst(types, options.context.http.limit.most);
  }

  async run(): Promise<void> {
    for (const type of this.types) if (type.windowsLeft === 0) await this.#endType(type);
    if (this.#queue.length === 0) return;
    using _watch = this.options.context.http.limit.watch(() => this.#startWorkers());
    this.#startWorkers();
    await this.#idle.promise;
    if (this.#nextStart !== null) clearTimeout(this.#nextStart);
    if (this.#bug) throw this.#bug.error;
  }

  /**
   * As many windows in flight as requests are allowed: each has one request at a time. While every
   * place of a load is taken, a further window would most likely wait for one, and take memory. One
   * window begins in each turn of the event loop, so that the first samples reach the database while
   * others begin.
   */
  #startWorkers(): void {
    const { http: { limit }, places } = this.options.context;
    if (this.#running >= limit.current || this.#queue.length === 0 || places.areTaken) return;
    if (this.#nextStart !== null) return;
    this.#running++;
    void this.#work();
    this.#nextStart = setTimeout(() => {
      this.#nextStart = null;
      this.#startWorkers();
    }, 0);
  }

  async #work(): Promise<void> {
    const { limit } = this.options.context.http;
    try {
      // Where the limit was reduced, a worker ends after its window.
      while (this.#running <= limit.current) {
        const next = this.#queue.shift();
        if (!next) break;
        await this.#readNext(next);
        this.#startWorkers();
      }
    } catch (error) {
      this.options.abort.abort(error);
      // Nothing awaits this promise: what it threw would end the process, with the jobs of all wearers.
      if (error instanceof OuraSyncError) this.#stopRun(error);
      else this.#bug ??= { error };
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle.resolve();
    }
  }

  async #readNext({ type, window }: { type: RunningType; window: Window }): Promise<void> {
    const { signal } = this.options.context;
    if (signal.aborted) type.ending ??= stopped(asOuraSyncError(signal.reason));
    // A type that failed once is not asked for again in this run; its windows stay pending.
    if (type.ending === null) await this.#read(type, window);
    type.windowsLeft--;
    if (type.windowsLeft === 0) await this.#endType(type);
  }

  async #read(type: RunningType, window: Window): Promise<void> {
    const { context, onWindow } = this.options;
    const { stages, span } = type;
    const counts = noRows();
    try {
      await tracedWindow(span, context, stages, window, counts);
      type.windowsDone++;
      this.#unavailable = 0;
      onWindow(stages.type.name, window, documentsIn(counts));
    } catch (error) {
      await this.#fail(type, window, failureOf(error, stages.type));
    } finally {
      addCounts(type.counts, counts);
    }
  }

  /** Ends the type of a window that failed, and whatever else the failure reaches. */
  async #fail(type: RunningType, window: Window, error: OuraSyncError): Promise<void> {
    const { context, abort } = this.options;
    const ending = this.#endingOf(type, error);
    // Before anything is awaited: another window of the type, stopped by the same limit, must not
    // end the type in its place.
    type.ending ??= ending;
    if (ending.state !== "failed" || ending.stopped) return;
    if (error instanceof RateLimitedError) abort.abort(error);
    await recordFailure(context, type.job.type, window, error);
    if (error instanceof OuraUnavailableError) await this.#checkOura(error);
  }

  /** Decides how a type ends after a failure; stops the run where the failure concerns all of it. */
  #endingOf({ job }: RunningType, error: OuraSyncError): Ending {
    const { context } = this.options;
    if (endsRun(error)) return stopped(this.#stopRun(error));
    // What was in flight when the run ended fails for the reason the run ended for.
    if (context.signal.aborted) return stopped(asOuraSyncError(context.signal.reason));
    if (job.isProbe && error instanceof AccessDeniedError) {
      const { status } = error.refusal;
      return { ...skip(notOffered(job.type, { status, at: context.now })), httpStatus: status };
    }
    return { state: "failed", error };
  }

  /** Broken routes must not keep the others from being tried; a dead network ends the run. */
  async #checkOura(error: OuraSyncError): Promise<void> {
    this.#unavailable++;
    if (this.#unavailable < UNAVAILABLE_TYPES) return;
    this.#unavailable = 0;
    const { context, abort } = this.options;
    if (!await isReachable(context.http, context.signal)) abort.abort(error);
  }

  /** The first reason to end the run is its only one. */
  #stopRun(error: OuraSyncError): OuraSyncError {
    this.fatal ??= error;
    this.options.abort.abort(this.fatal);
    return this.fatal;
  }

  async #endType(type: RunningType): Promise<void> {
    type.outcome = outcomeOf(type, this.options.contract, null);
    const { state, error } = type.outcome;
    type.span.end({ "oura_sync.state": state }, error?.code);
    await this.options.onTypeEnd(type.outcome);
  }
}

/** Whether a failure concerns the whole run: the sign-in, the app's registration, the database. */
function endsRun(error: OuraSyncError): boolean {
  return error instanceof SignInError || error instanceof UsageError ||
    error instanceof DatabaseError;
}

/** A failure of the type's own table stays with the type; any other comes back unchanged. */
function failureOf(error: unknown, { name, table }: PipelineType): OuraSyncError {
  return isTableTrouble(error) ? new TableTroubleError(name, table, error) : asOuraSyncError(error);
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
  await retryTransaction(context.db, async (tx) => {
    // The process that took the lease over records how the window ended; `forget` records nothing.
    if (await context.leases.stillHeld(tx, type.name)) await recordWindow(tx, entry);
  });
}
