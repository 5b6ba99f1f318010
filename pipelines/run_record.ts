/** The record of a run in `sync_runs`: it outlasts a restart of the database, and its own process. */
import type { Database } from "../lib/db/database.ts";
import type { LeaseOptions } from "../lib/db/leases.ts";
import { retryStatement } from "../lib/db/retry_transaction.ts";
import {
  closeDeadRuns,
  finishRun,
  openRuns,
  recordRunType,
  type RowCounts,
  type RunEnd,
  type RunStart,
  startRun,
} from "../lib/db/runs.ts";
import { BusyError, EXIT, type OuraSyncError } from "../lib/errors.ts";
import type { Traffic } from "../lib/oura/traffic.ts";
import type { TypeOutcome } from "./outcome.ts";

/** A run that begins. */
export interface RunRecordOptions extends Omit<RunStart, "holder"> {
  userId: string;
  /** Whose run it is. */
  lease: LeaseOptions;
}

/** The open record of one run of one wearer. */
export class RunRecord {
  private constructor(
    private readonly db: Database,
    private readonly run: RunRecordOptions,
    readonly id: number,
  ) {}

  /** Opens a record, and closes those of runs of this wearer that were killed. */
  static async open(db: Database, run: RunRecordOptions): Promise<RunRecord> {
    const { lease, ...start } = run;
    const { holder } = lease;
    const id = await retryStatement(db, (each) => startRun(each, { ...start, holder }));
    await closeKilled(db, run, id);
    return new RunRecord(db, run, id);
  }

  /** Records how a data type ended. */
  async type(outcome: TypeOutcome, traffic: { requests: number; bytes: number }): Promise<void> {
    const { dataType, state, counts, error, reason } = outcome;
    const refusal = error && "refusal" in error ? error.refusal as { status: number } : null;
    const told = error ? { code: error.code, message: error.message } : undefined;
    const record = {
      runId: this.id,
      userId: this.run.userId,
      startedAt: this.run.startedAt,
      dataType,
      state,
      counts,
      ...traffic,
      httpStatus: refusal?.status ?? null,
      error: told ?? (reason ? { code: "SCOPE_NOT_GRANTED", message: reason } : undefined),
    };
    await retryStatement(this.db, (db) => recordRunType(db, record));
  }

  /** Closes the record. */
  async close(
    error: OuraSyncError | null,
    counts: RowCounts,
    traffic: Pick<Traffic, "requests" | "bytes" | "traceIds">,
  ): Promise<void> {
    const { requests, bytes, traceIds } = traffic;
    const end = {
      state: stateOf(error),
      exitCode: error?.exitCode ?? EXIT.done,
      requests,
      bytes,
      traceIds,
      counts,
      error: error ? { code: error.code, message: error.message } : undefined,
    };
    await retryStatement(this.db, (db) => finishRun(db, this.id, end));
  }
}

function stateOf(error: OuraSyncError | null): RunEnd["state"] {
  if (error === null) return "done";
  if (error instanceof BusyError) return "busy";
  return error.exitCode === EXIT.partial ? "partial" : "failed";
}

/**
 * A run counts as killed when its process is known to be dead, or holds no lease although it had
 * the time to take one. Should it live after all, its own end overwrites what is written here.
 */
async function closeKilled(
  db: Database,
  { userId, lease: { holder, lifeOf } }: RunRecordOptions,
  current: number,
): Promise<void> {
  const killed: number[] = [];
  for (const run of await retryStatement(db, (each) => openRuns(each, userId, current))) {
    const life = run.holder === null ? "unknown" : await lifeOf?.(run.holder) ?? "unknown";
    // This process has one run of a wearer at a time: its other one was recorded when the answer
    // to a COMMIT was lost.
    if (run.holder === holder || life === "dead" || (life === "unknown" && run.idle)) {
      killed.push(run.id);
    }
  }
  if (killed.length > 0) await retryStatement(db, (each) => closeDeadRuns(each, killed));
}
