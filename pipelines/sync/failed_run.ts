import { DatabaseError, OuraSyncError, UsageError } from "../../lib/errors.ts";
import { noRows } from "../../lib/db/store/runs.ts";
import { noTraffic } from "../../lib/oura/http/request_stats.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import type { SyncReport } from "./outcome.ts";
import { RunRecord } from "./run_record.ts";
import type { SyncOptions } from "./sync_wearer.ts";

/** The part of a sync that is known before it could begin. */
export interface PlannedSync
  extends Pick<SyncOptions, "db" | "pipeline" | "command" | "version" | "lease"> {
  /** Null where Oura did not say whose token it is. */
  userId: string | null;
  /** Whether the wearer's sign-in is stored. */
  isStored: boolean;
}

/**
 * Records a sync that failed before it could ask for anything, such as for a dead sign-in: the
 * wearer's last run must not look like a success from before.
 * @throws {unknown} `error` itself where it concerns more than this wearer, or is a bug; and, after
 * it is recorded, where the wearer is not known: there is nothing else to report then.
 */
export async function recordFailedRun(planned: PlannedSync, error: unknown): Promise<SyncReport> {
  const reaches = error instanceof DatabaseError || error instanceof UsageError ||
    error instanceof InterruptedError || !(error instanceof OuraSyncError);
  if (reaches) throw error;
  const { db, userId, isStored, pipeline, command = "sync", version, lease } = planned;
  const started = performance.now();
  const traffic = noTraffic();
  await using record = await RunRecord.open(db, {
    userId,
    command,
    version,
    lease,
    startedAt: new Date(),
    configChecksum: pipeline.checksum,
    isStored,
  }, traffic);
  const counts = noRows();
  await record?.close(error, counts);
  if (userId === null) throw error;
  return {
    runId: record?.id ?? null,
    userId,
    types: [],
    counts,
    traffic,
    durationMs: Math.round(performance.now() - started),
    exitCode: error.exitCode,
    error,
  };
}
