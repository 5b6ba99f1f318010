/** The sync behind `sync`, `demo` and `backfill`: leases, progress, interruption, one wearer a time. */
import { hostname } from "node:os";
import type { Pipeline } from "../../config/model.ts";
import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { DatabaseError, EXIT } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { prune } from "../prune/prune.ts";
import { holdProcessLock, lifeOf } from "../../lib/process/process_lock.ts";
import { startTelemetry } from "../../lib/log/telemetry.ts";
import { VERSION } from "../../lib/version.ts";
import { applyAdditive } from "../schema/apply/apply.ts";
import { livePipeline } from "../schema/live_pipeline.ts";
import { readState } from "../schema/database_schema.ts";
import { recordFailedRun } from "./failed_run.ts";
import type { SyncReport } from "./outcome.ts";
import { sync } from "./sync_wearer.ts";
import type { Demand } from "./windows.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import type { Progress } from "../../commands/sync/progress.ts";
import { type AccessOptions, chooseWearers, type WearerOptions } from "./wearers.ts";

/** What to sync. */
export interface SyncRequest {
  /** The command's name, for the run record. */
  command: string;
  demand: Demand;
  /** Names of data types; all when left out. */
  types?: readonly string[];
  wearers: WearerOptions;
  /** Windows in flight at once. */
  concurrency: number;
  /** For the rate limit, in ms, and what may be asked for at all; see `RateGateOptions`. */
  patienceMs?: number;
  budget?: AccessOptions["budget"];
  dryRun: boolean;
  /** Whether new columns of the YAML are added first. */
  apply: boolean;
  /** Ends the run in order. @default Ctrl-C and termination do */
  signal?: AbortSignal;
  /** Takes what a person must know at once: that the run is being stopped. @default Nothing does */
  tell?: (text: string) => void;
  /** Makes what shows a wearer's progress. @default Nothing does */
  progress?: () => Progress;
}

/** Syncs the wearers and returns a report for each. */
export async function runSync(
  { settings, pipeline: declared, db }: { settings: Settings; pipeline: Pipeline; db: Database },
  request: SyncRequest,
): Promise<SyncReport[]> {
  const { dataDirectory } = settings;
  const reports: SyncReport[] = [];
  await startTelemetry();
  using interruption = interruptible(request.tell ?? (() => {}), request.signal);
  const { signal } = interruption;
  using _ = db.endStatementsOn?.(signal);
  await using life = await holdProcessLock(dataDirectory, `${hostname()} pid ${Deno.pid}`);
  const lease = { holder: life.holder, lifeOf: (holder: string) => lifeOf(dataDirectory, holder) };
  const pipeline = request.apply && !request.dryRun
    ? (await applyAdditive(db, declared, { ...lease, signal })).pipeline
    : livePipeline(declared, await readState(db));
  const { patienceMs, budget, command, dryRun } = request;
  const wearers = await chooseWearers(settings, db, request.wearers, {
    signal,
    ...(patienceMs === undefined ? {} : { patienceMs }),
    ...(budget ? { budget } : {}),
  });
  for (const wearer of wearers) {
    const run = { pipeline, db, command, version: VERSION, lease };
    const opened = await wearer.open().catch((error) => {
      if (dryRun) throw error;
      return recordFailedRun({ ...run, userId: wearer.userId }, error);
    });
    if ("exitCode" in opened) {
      reports.push(opened);
      continue;
    }
    const progress = request.progress?.();
    const stopProgress = () => progress?.stop();
    signal.addEventListener("abort", stopProgress, { once: true });
    try {
      const report = await sync({
        ...run,
        ...opened,
        demand: request.demand,
        concurrency: request.concurrency,
        signal,
        dryRun,
        ...(progress ? { onEvent: progress.onEvent } : {}),
        ...(request.types ? { types: request.types } : {}),
      });
      reports.push(report);
      // Leases and the run's record may stand as they were.
      if (report.exitCode === EXIT.database) life.keepLockFile();
      // What ends here would end for the other wearers too.
      if (report.exitCode === EXIT.database || signal.aborted) break;
    } finally {
      signal.removeEventListener("abort", stopProgress);
      progress?.stop();
    }
  }
  if (!dryRun && !signal.aborted) await pruneALittle(db, declared);
  return reports;
}

/** Rows of a kind that one sync removes: keeps pace with any schedule, and takes no time. */
const PRUNED_BY_A_SYNC = 1_000;

/** What was synced counts; what could not be tidied up is tidied up by the next run. */
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
