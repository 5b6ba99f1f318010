/** What `status` tells of a wearer, in the shape that monitors read; see docs/operations.md. */
import type { LastRun, TypeStatus } from "../../lib/db/status.ts";
import type { KnownWearer } from "../known_wearers.ts";

/**
 * `failing`: the latest run could not read it. `never`: never read completely. `stale`: last read
 * longer ago than a daily job would let it be. `fresh`: none of these.
 */
export type Verdict = "fresh" | "stale" | "never" | "failing";

/** An error as it was recorded. */
export interface RecordedError {
  code: string;
  message: string | null;
}

/** One data type. */
export interface TypeReport {
  dataType: string;
  verdict: Verdict;
  /** When it was last read completely, and up to which day. */
  fetchedAt: Date | null;
  readTo: string | null;
  /** How the latest run that had it ended. */
  lastState: string | null;
  error: RecordedError | null;
  openRejects: number;
  revisedLast7Days: number;
  failedWindows: number;
}

/** One wearer. */
export interface WearerReport {
  userId: string;
  /** The worst of the types that are not left out on purpose; `failing` too for a dead sign-in. */
  verdict: Verdict;
  signIn: { state: "active" | "needs_login"; expiresAt: Date } | null;
  lastRun: ReturnType<typeof runReport> | null;
  types: TypeReport[];
}

/** A daily job that was late by half a day is no news yet. */
const STALE_MS = 36 * 3_600_000;

/** Puts together what the database knows of a wearer. */
export function wearerReport(
  { userId, grant }: KnownWearer,
  run: LastRun | undefined,
  statuses: readonly TypeStatus[],
  now: Date,
): WearerReport {
  const types = statuses.map((status) => typeReport(status, now));
  const wanted = types.filter(({ lastState }) => lastState !== "skipped");
  const order: readonly Verdict[] = ["failing", "never", "stale", "fresh"];
  const worst = order.find((verdict) => wanted.some((type) => type.verdict === verdict));
  const signIn = grant ? { state: grant.state, expiresAt: grant.expiresAt } : null;
  return {
    userId,
    verdict: signIn?.state === "needs_login" ? "failing" : worst ?? "fresh",
    signIn,
    lastRun: run ? runReport(run) : null,
    types,
  };
}

function typeReport(status: TypeStatus, now: Date): TypeReport {
  return {
    dataType: status.data_type,
    verdict: verdictOf(status, now),
    fetchedAt: status.fetched_at,
    readTo: status.read_to,
    lastState: status.last_state,
    error: errorOf(status),
    openRejects: status.open_rejects,
    revisedLast7Days: status.revised_this_week,
    failedWindows: status.failed_windows,
  };
}

function verdictOf({ last_state, fetched_at }: TypeStatus, now: Date): Verdict {
  if (last_state === "failed") return "failing";
  if (fetched_at === null) return "never";
  return now.getTime() - fetched_at.getTime() > STALE_MS ? "stale" : "fresh";
}

function runReport(run: LastRun) {
  return {
    id: run.id,
    command: run.command,
    state: run.state,
    startedAt: run.started_at,
    finishedAt: run.finished_at,
    exitCode: run.exit_code,
    requests: run.requests,
    bytes: run.bytes,
    rows: {
      inserted: run.rows_inserted,
      updated: run.rows_updated,
      unchanged: run.rows_unchanged,
      rejected: run.rows_rejected,
      deleted: run.rows_deleted,
    },
    version: run.version,
    error: errorOf(run),
  };
}

function errorOf(
  { error_code: code, error_message: message }: {
    error_code: string | null;
    error_message: string | null;
  },
): RecordedError | null {
  return code === null ? null : { code, message };
}
