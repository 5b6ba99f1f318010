/** The record of a run in `sync_runs`: it outlasts a restart of the database, and its own process. */
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases, type LeaseOptions, type Leases } from "../../lib/db/store/leases.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import {
  closeDeadRuns,
  finishRun,
  noRows,
  openRuns,
  recordRunType,
  type RowCounts,
  type RunEnd,
  type RunStart,
  startRun,
} from "../../lib/db/store/runs.ts";
import { BusyError, EXIT, type ExitCode, OuraSyncError, SignInError } from "../../lib/errors.ts";
import type { OuraHttp } from "../../lib/oura/http/http.ts";
import { RefusedError } from "../../lib/oura/errors.ts";
import type { Traffic } from "../../lib/oura/http/request_stats.ts";
import type { TypeOutcome } from "./outcome.ts";
import { command } from "../../lib/program_command.ts";

/** A run that begins. If the owner of the token is unknown, there is no wearer, nor a data type. */
export interface RunRecordOptions extends Omit<RunStart, "holder"> {
  /** Whose run it is. */
  lease: LeaseOptions;
}

/** A run that holds its leases and is on record; disposing of it closes the record first. */
export interface BegunRun extends AsyncDisposable {
  readonly leases: Leases;
  readonly record: RunRecord;
}

/** What a run asked of Oura. */
type RunTraffic = Pick<Traffic, "requests" | "bytes" | "traceIds">;

/**
 * The open record of one run of one wearer. Disposing of it closes it if nothing else has: then the
 * work was left by a throw, and the record must not stay `running`.
 */
export class RunRecord implements AsyncDisposable {
  #isClosed = false;

  private constructor(
    private readonly db: Database,
    private readonly run: RunRecordOptions,
    private readonly traffic: RunTraffic,
    readonly id: number,
  ) {}

  /**
   * Takes leases for a run, and opens its record under them: `forget` waits for leases, so that no record
   * of the wearer outlasts it.
   * @param traffic Grows while the run goes on.
   * @returns Null when the wearer has been forgotten, or has signed out.
   * @throws The reason of `signal`, when it ends the waiting for leases.
   */
  static async begin(
    db: Database,
    run: RunRecordOptions & { userId: string },
    traffic: RunTraffic,
    dataTypes: readonly string[],
    signal?: AbortSignal,
  ): Promise<BegunRun | null> {
    await using stack = new AsyncDisposableStack();
    const leases = await acquireLeases(db, run.userId, dataTypes, { ...run.lease, signal })
      .catch(async (error) => {
        await using record = await RunRecord.open(db, run, traffic);
        await record?.fail(error);
        throw error;
      });
    stack.use(leases);
    const record = await RunRecord.open(db, run, traffic);
    if (record === null) return null;
    stack.use(record);
    const begun = stack.move();
    return { leases, record, [Symbol.asyncDispose]: () => begun.disposeAsync() };
  }

  /**
   * Opens a record, and closes those of runs of this wearer that were killed.
   * @param traffic Grows while the run goes on.
   * @returns Null when the wearer has been forgotten, or has signed out.
   */
  static async open(
    db: Database,
    run: RunRecordOptions,
    traffic: RunTraffic,
  ): Promise<RunRecord | null> {
    const { lease, ...start } = run;
    const { holder } = lease;
    const id = await retryStatement(db, (each) => startRun(each, { ...start, holder }));
    if (id === null) return null;
    if (run.userId !== null) await closeKilled(db, run.userId, run.lease, id);
    return new RunRecord(db, run, traffic, id);
  }

  /** Records how a data type ended. */
  async type(outcome: TypeOutcome, traffic: { requests: number; bytes: number }): Promise<void> {
    const { userId } = this.run;
    if (userId === null) throw new Error("a run without a wearer has no data types");
    const { dataType, state, counts } = outcome;
    const record = {
      runId: this.id,
      userId,
      startedAt: this.run.startedAt,
      dataType,
      state,
      counts,
      ...traffic,
      httpStatus: statusOf(outcome),
      error: reasonOf(outcome),
    };
    await retryStatement(this.db, (db) => recordRunType(db, record));
  }

  /** Closes the record. */
  async close(error: OuraSyncError | null, counts: RowCounts): Promise<void> {
    await this.#finish(error, error?.exitCode ?? EXIT.done, counts);
  }

  /**
   * Closes the record with what was thrown, if that is an expected failure.
   * @throws {unknown} `error` itself.
   */
  async fail(error: unknown): Promise<never> {
    if (error instanceof OuraSyncError) {
      await this.#finish(error, error.exitCode, noRows()).catch(() => {});
    }
    throw error;
  }

  /** Closes a record that was left open. Without the database it stays; a later run closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    await this.#finish(LEFT_BY_A_THROW, EXIT.bug, noRows()).catch(() => {});
  }

  async #finish(error: RunError | null, exitCode: ExitCode, counts: RowCounts): Promise<void> {
    const { requests, bytes, traceIds } = this.traffic;
    const end = {
      state: stateOf(error, exitCode),
      exitCode,
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
    this.#isClosed = true;
  }
}

/** Whether the sign-in behind the requests is one that is stored. */
export function isStored({ tokens }: Pick<OuraHttp, "tokens">): boolean {
  return tokens.signIn !== undefined;
}

/** The error of a run that could not begin, because the wearer was forgotten or has signed out. */
export function forgotten(userId: string): OuraSyncError {
  return new SignInError("WEARER_FORGOTTEN", `Wearer ${userId} was signed out or forgotten.`, {
    hint: `Nothing was loaded. Run ${command("auth login")} if the wearer is to be synced again.`,
  });
}

type RunError = Pick<OuraSyncError, "code" | "message">;

const LEFT_BY_A_THROW: RunError = {
  code: "BUG",
  message: "The run was left by an error that its record does not have; see the program's output",
};

function stateOf(error: RunError | null, exitCode: ExitCode): RunEnd["state"] {
  if (error === null) return "done";
  if (error instanceof BusyError) return "busy";
  return exitCode === EXIT.partial ? "partial" : "failed";
}

/** The HTTP status with which Oura refused a data type, if it did. */
function statusOf(outcome: TypeOutcome): number | null {
  if (outcome.state === "skipped") return outcome.httpStatus ?? null;
  return outcome.error instanceof RefusedError ? outcome.error.refusal.status : null;
}

function reasonOf(outcome: TypeOutcome): RunError | undefined {
  if (outcome.state === "skipped") {
    return { code: outcome.reasonCode, message: outcome.reason };
  }
  return outcome.error && { code: outcome.error.code, message: outcome.error.message };
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
