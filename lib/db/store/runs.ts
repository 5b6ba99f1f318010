/** The record of runs: what each command did, per data type, and how it ended. */
import CLOSE_DEAD_RUNS from "../../../sql/queries/close_dead_runs.sql" with { type: "text" };
import FINISH_RUN from "../../../sql/queries/finish_run.sql" with { type: "text" };
import OPEN_RUNS from "../../../sql/queries/open_runs.sql" with { type: "text" };
import RECORD_TYPE from "../../../sql/queries/record_run_type.sql" with { type: "text" };
import START_RUN from "../../../sql/queries/start_run.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";

/** Rows written and met, by what became of them. */
export interface RowCounts {
  inserted: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Documents that got `deleted_at`. */
  deleted: number;
}

/** Counts of nothing yet. */
export function noRows(): RowCounts {
  return { inserted: 0, updated: 0, unchanged: 0, rejected: 0, deleted: 0 };
}

/** Adds `more` to `sum`, in place. */
export function addCounts(sum: RowCounts, more: Partial<RowCounts>): void {
  for (const name of Object.keys(sum) as (keyof RowCounts)[]) sum[name] += more[name] ?? 0;
}

/** How many documents Oura sent; one that it no longer sends is none of them. */
export function documentsIn(counts: RowCounts): number {
  return counts.inserted + counts.updated + counts.unchanged + counts.rejected;
}

/** The wearer of a run whose token has an unknown owner: the key of the table needs a text. */
const UNKNOWN_WEARER = "";

/** A run that begins. */
export interface RunStart {
  /** Null where it is unknown. */
  userId: string | null;
  command: string;
  startedAt: Date;
  version: string;
  configChecksum: string;
  /** The process, under the name its leases carry. */
  holder: string;
  /** Whether the wearer's sign-in is stored; if so, no run is recorded after it is gone. @default false */
  isStored?: boolean | undefined;
}

/** A run that ends. */
export interface RunEnd {
  state: "done" | "partial" | "failed" | "busy";
  exitCode: number;
  requests: number;
  bytes: number;
  counts: RowCounts;
  traceIds: readonly string[];
  error?: { code: string; message: string } | undefined;
}

/** How one data type of a run ended. */
export interface RunType {
  runId: number;
  userId: string;
  dataType: string;
  state: "done" | "failed" | "skipped" | "busy";
  startedAt: Date;
  counts: RowCounts;
  requests: number;
  bytes: number;
  httpStatus: number | null;
  error?: { code: string; message: string } | undefined;
}

/** The data type of the lease of `forget`: while it is held, no run of the wearer begins. */
export const FORGET = "forget";

/**
 * Opens the record of a run.
 * @returns Its id; null when the wearer is being forgotten, or the stored sign-in is gone.
 */
export async function startRun(db: Queryable, run: RunStart): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>(START_RUN, [
    run.userId ?? UNKNOWN_WEARER,
    run.command,
    run.startedAt,
    run.version,
    run.configChecksum,
    run.holder,
    run.isStored ?? false,
  ]);
  return rows[0]?.id ?? null;
}

/** Records how a data type ended, if the run is still on record. */
export async function recordRunType(db: Queryable, type: RunType): Promise<void> {
  const { counts } = type;
  await db.query(RECORD_TYPE, [
    type.runId,
    type.userId,
    type.dataType,
    type.state,
    type.startedAt,
    counts.inserted,
    counts.updated,
    counts.unchanged,
    counts.rejected,
    counts.deleted,
    type.httpStatus,
    type.error?.code ?? null,
    type.error?.message ?? null,
    type.requests,
    type.bytes,
  ]);
}

/** Closes the record of a run. */
export async function finishRun(
  db: Queryable,
  run: { id: number; userId: string | null },
  end: RunEnd,
): Promise<void> {
  const { counts } = end;
  await db.query(FINISH_RUN, [
    run.id,
    end.state,
    end.exitCode,
    end.requests,
    end.bytes,
    counts.inserted,
    counts.updated,
    counts.unchanged,
    counts.rejected,
    counts.deleted,
    end.error?.code ?? null,
    end.error?.message ?? null,
    JSON.stringify(end.traceIds),
    run.userId ?? UNKNOWN_WEARER,
  ]);
}

/** A run whose record was never closed. */
export type OpenRun = {
  id: number;
  /** The process; null for records of previous versions. */
  holder: string | null;
  /** Whether it holds no lease although it had the time to take one. */
  idle: boolean;
};

/** The open runs of a wearer, but for run `current`. */
export async function openRuns(
  db: Queryable,
  userId: string,
  current: number,
): Promise<OpenRun[]> {
  return (await db.query<OpenRun>(OPEN_RUNS, [userId, current])).rows;
}

/** Closes the records of runs of one wearer whose process is gone. */
export async function closeDeadRuns(
  db: Queryable,
  userId: string,
  ids: readonly number[],
): Promise<void> {
  await db.query(CLOSE_DEAD_RUNS, [
    userId,
    ids,
    "INTERRUPTED",
    "The process was killed, or the machine went down, during the run",
  ]);
}
