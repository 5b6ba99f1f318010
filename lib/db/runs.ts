/** The record of runs: what each command did, per data type, and how it ended. */
import FINISH_RUN from "../../sql/queries/finish_run.sql" with { type: "text" };
import RECORD_TYPE from "../../sql/queries/record_run_type.sql" with { type: "text" };
import START_RUN from "../../sql/queries/start_run.sql" with { type: "text" };
import type { Queryable } from "./database.ts";
import { inSchema } from "./identifiers.ts";

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

/** A run that begins. */
export interface RunStart {
  userId: string | null;
  command: string;
  startedAt: Date;
  version: string;
  configChecksum: string;
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
  httpStatus: number | null;
  error?: { code: string; message: string } | undefined;
}

/** Opens the record of a run and returns its id. */
export async function startRun(db: Queryable, run: RunStart): Promise<number> {
  const { rows } = await db.query<{ id: number }>(inSchema(START_RUN, db.schema), [
    run.userId,
    run.command,
    run.startedAt,
    run.version,
    run.configChecksum,
  ]);
  return rows[0]!.id;
}

/** Records how a data type ended. */
export async function recordRunType(db: Queryable, type: RunType): Promise<void> {
  const { counts } = type;
  await db.query(inSchema(RECORD_TYPE, db.schema), [
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
  ]);
}

/** Closes the record of a run. */
export async function finishRun(db: Queryable, runId: number, end: RunEnd): Promise<void> {
  const { counts } = end;
  await db.query(inSchema(FINISH_RUN, db.schema), [
    runId,
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
  ]);
}
