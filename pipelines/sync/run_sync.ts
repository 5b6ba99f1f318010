/** The sync behind `sync`, `demo`, `backfill` and the library: one session, one job for each wearer. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { DatabaseError, EXIT } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { prune } from "../prune/prune.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { sideBySide } from "../../lib/process/side_by_side.ts";
import { runJob } from "./job.ts";
import type { SyncReport } from "./outcome.ts";
import { openSession, type Session, type SessionLimits } from "./session.ts";
import type { SyncEvent } from "./sync_wearer.ts";
import { chooseWearers, type ChosenWearer, type WearerOptions } from "./wearers.ts";
import type { Demand } from "./plan/windows.ts";

/** Shows the progress of one wearer. */
export interface Progress {
  onEvent(event: SyncEvent): void;
  /** How the wearer's sync ended, if it did not throw. */
  onEnd?(report: SyncReport): void;
  /** Leaves the screen clean. */
  stop(): void;
}

/** What to sync. */
export interface SyncRequest extends SessionLimits {
  /** The command's name, for the run record. */
  command: string;
  demand: Demand;
  /** Names of data types; by default all. */
  types?: readonly string[];
  wearers: WearerOptions;
  /** Who goes first where the rate is limited. @default "sync" */
  priority?: Exclude<Priority, "document">;
  dryRun: boolean;
  /** Whether new columns of the YAML are added first. */
  apply: boolean;
  /** Ends the run in order. @default Ctrl-C and termination do */
  signal?: AbortSignal;
  /** Takes what a person must know at once: that the run is being stopped. @default Ignored */
  tell?: (text: string) => void;
  /** Makes what shows a wearer's progress, one of so many. @default Nothing is shown */
  progress?: (wearers: number) => Progress;
}

/** More than these gain nothing: their requests are in flight as many at once as for one wearer. */
const WEARERS_AT_ONCE = 4;

/**
 * Syncs the wearers, a few at a time, and returns a report for each, in their order.
 * @throws {DatabaseError} When the database is gone before any work begins.
 */
export async function runSync(
  { settings, pipeline, db }: { settings: Settings; pipeline: Pipeline; db: Database },
  request: SyncRequest,
): Promise<SyncReport[]> {
  const { dryRun, priority = "sync" } = request;
  using interruption = interruptible(request.tell ?? (() => {}), request.signal);
  const { signal } = interruption;
  await using session = await openSession({
    settings,
    pipeline,
    db,
    apply: request.apply && !dryRun,
    dryRun,
    limits: request,
    first: priority,
    signal,
  });
  const wearers = await chooseWearers(session, request.wearers);
  const reports = await syncEach(session, wearers, request);
  const isOver = reports.some(({ exitCode }) => exitCode === EXIT.database);
  if (!dryRun && !isOver && !signal.aborted) await pruneALittle(db, pipeline);
  return reports;
}

/** Runs a job for each wearer. A wearer who was not begun when the run ended has no report. */
async function syncEach(
  session: Session,
  wearers: readonly ChosenWearer[],
  { command, demand, types, dryRun, priority, progress }: SyncRequest,
): Promise<SyncReport[]> {
  const { db, signal, clients } = session;
  const syncOne = async (wearer: ChosenWearer) => {
    using shown = showProgress(progress?.(wearers.length), signal);
    const { onEvent } = shown;
    const job = { command, demand, types, dryRun, onEvent, wearer, priority };
    const report = await runJob(session, { kind: "windows", ...job });
    shown.onEnd?.(report);
    return report;
  };
  const most = Math.min(WEARERS_AT_ONCE, db.parallelism, clients.mostRequests);
  // What ends here would end for the other wearers too.
  const isOver = (report: SyncReport) => report.exitCode === EXIT.database || signal.aborted;
  const { results, thrown } = await sideBySide(wearers, most, syncOne, isOver);
  const reports = results.filter((report) => report !== undefined);
  const untold = thrown.find((error) => !reports.some((report) => tellsOf(report, error)));
  if (untold !== undefined) throw untold;
  return reports;
}

/** Whether a report says what another wearer's sync threw: the run was stopped, or the database is gone. */
function tellsOf({ error: told }: SyncReport, thrown: unknown): boolean {
  return told === thrown || told instanceof DatabaseError && thrown instanceof DatabaseError;
}

/** Shows progress until it is disposed of, or until the run is being stopped. */
function showProgress(progress: Progress | undefined, signal: AbortSignal) {
  const stop = () => progress?.stop();
  signal.addEventListener("abort", stop, { once: true });
  return {
    onEvent: progress?.onEvent,
    onEnd: progress?.onEnd,
    [Symbol.dispose]() {
      signal.removeEventListener("abort", stop);
      stop();
    },
  };
}

/** Rows of a kind that one sync removes: keeps pace with any schedule, and takes no time. */
const PRUNED_BY_A_SYNC = 1_000;

/** A failure is not the sync's: the next run removes what this one could not. */
async function pruneALittle(db: Database, { retention }: Pipeline): Promise<void> {
  try {
    await prune(db, retention, { most: PRUNED_BY_A_SYNC });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    loggerOf("sync").warn("Old bookkeeping could not be removed: {problem}", {
      problem: error.message,
    });
  }
}
