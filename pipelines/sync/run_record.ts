/** The record of a run in `sync_runs`: it outlasts a restart of the database, and its own process. */
import type { Database } from "../../lib/db/driver/database.ts";
import type { LeaseOptions } from "../../lib/db/store/leases.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import {
  closeDeadRuns,
  finishRun,
  openRuns,
  recordRunType,
  type RowCounts,
  type RunEnd,
  type RunStart,
  startRun,
} from "../../lib/db/store/runs.ts";
import { BusyError, EXIT, type OuraSyncError } from "../../lib/errors.ts";
import type { Traffic } from "../../lib/oura/http/request_stats.ts";
import type { TypeOutcome } from "./outcome.ts";

/** A run that begins. Where nobody knows whose token it has, there is no wearer, nor a data type. */
export interface RunRecordOptions extends Omit<RunStart, "holder"> {
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
    if (run.userId !== null) await closeKilled(db, run.userId, run.lease, id);
    return new RunRecord(db, run, id);
  }

  /** Records how a data type ended. */
  async type(outcome: TypeOutcome, traffic: { requests: number; bytes: number }): Promise<void> {
    const { userId } = this.run;
    if (userId === null) throw new Error("a run without a wearer has no data types");
    const { dataType, state, counts, error, reason, reasonCode } = outcome;
    const refusal = error && "refusal" in error ? error.refusal as { status: number } : null;
    const told = error ? { code: error.code, message: error.message } : undefined;
    const record = {
      runId: this.id,
      userId,
      startedAt: this.run.startedAt,
      dataType,
      state,
      counts,
      ...traffic,
      httpStatus: refusal?.status ?? outcome.httpStatus ?? null,
      error: told ?? (reason && reasonCode ? { code: reasonCode, message: reason } : undefined),
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
    await retryStatement(
      this.db,
      (db) => finishRun(db, { id: this.id, userId: this.run.userId }, end),
    );
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
  userId: string,
  { holder, lifeOf }: LeaseOptions,
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
  if (killed.length > 0) await retryStatement(db, (each) => closeDeadRuns(each, userId, killed));
}
