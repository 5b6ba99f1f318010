/** The sync behind `sync`, `demo`, `backfill` and the library: one session, one job for each wearer. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { DatabaseError, EXIT } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { prune } from "../prune/prune.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import { runJob } from "./job.ts";
import type { SyncReport } from "./outcome.ts";
import { openSession, type SessionLimits } from "./session.ts";
import type { SyncEvent } from "./sync_wearer.ts";
import { chooseWearers, type WearerOptions } from "./wearers.ts";
import type { Demand } from "./plan/windows.ts";

/** Shows the progress of one wearer; `stop` leaves the screen clean. */
export interface Progress {
  onEvent(event: SyncEvent): void;
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
  /** Makes what shows a wearer's progress. @default Nothing is shown */
  progress?: () => Progress;
}

/** Syncs the wearers and returns a report for each. */
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
  const reports: SyncReport[] = [];
  for (const wearer of await chooseWearers(session, request.wearers)) {
    using shown = showProgress(request.progress?.(), signal);
    const { command, demand, types } = request;
    const { onEvent } = shown;
    const job = { command, demand, types, dryRun, onEvent, wearer, priority };
    const report = await runJob(session, { kind: "windows", ...job });
    reports.push(report);
    // What ends here would end for the other wearers too.
    if (report.exitCode === EXIT.database || signal.aborted) break;
  }
  const isOver = reports.some(({ exitCode }) => exitCode === EXIT.database);
  if (!dryRun && !isOver && !signal.aborted) await pruneALittle(db, pipeline);
  return reports;
}

/** Shows progress until it is disposed of, or until the run is being stopped. */
function showProgress(progress: Progress | undefined, signal: AbortSignal) {
  const stop = () => progress?.stop();
  signal.addEventListener("abort", stop, { once: true });
  return {
    onEvent: progress?.onEvent,
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
