/** What `status` tells of a wearer, in the shape that monitors read; see docs/operations.md. */
import { isServed, type PipelineType } from "../../config/model.ts";
import { utcDay } from "../../lib/values/days.ts";
import type { LastRun, TypeStatus } from "../../lib/db/store/status.ts";
import {
  isStale,
  newestDay,
  occursDaily,
  readingVerdict,
  type Verdict,
  worstVerdict,
} from "../../reports/freshness/freshness.ts";
import type { Holding } from "../../reports/freshness/holdings.ts";
import type { KnownWearer } from "../../reports/known_wearers.ts";

/** An error as it was recorded. */
export interface RecordedError {
  code: string;
  message: string | null;
}

/** One data type. */
export interface TypeReport {
  dataType: string;
  verdict: Verdict | "import";
  /** When it was last read completely, and up to which day. */
  fetchedAt: Date | null;
  readTo: string | null;
  /** Rows of its table; first and newest day, or instant for samples. */
  rows: number;
  first: string | null;
  newest: string | null;
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
  /** What the lab calls the wearer; null where it has no name for the wearer. */
  label: string | null;
  /**
   * The worst reading of the types that were not skipped on purpose; `failing` too for a dead
   * sign-in, and `stale` too when the newest data of all is.
   */
  verdict: Verdict;
  /** The newest day of anything that occurs daily. */
  newestDay: string | null;
  signIn: { state: "active" | "needs_login"; expiresAt: Date } | null;
  lastRun: ReturnType<typeof runReport> | null;
  types: TypeReport[];
}

/** Puts together what the database knows of a wearer. */
export function wearerReport(
  { userId, grant, label }: KnownWearer,
  run: LastRun | undefined,
  types: readonly PipelineType[],
  statuses: readonly TypeStatus[],
  holdings: ReadonlyMap<string, Holding>,
  now: Date,
): WearerReport {
  const verdicts: Verdict[] = statuses
    .filter(({ last_state }, i) => last_state !== "skipped" && isServed(types[i]!))
    .map((status) => readingVerdict(status, now));
  const newest = newestDay(types, holdings);
  if (types.some(occursDaily) && isStale(newest, utcDay(now))) verdicts.push("stale");
  const signIn = grant ? { state: grant.state, expiresAt: grant.expiresAt } : null;
  if (signIn?.state === "needs_login") verdicts.push("failing");
  return {
    userId,
    label,
    verdict: worstVerdict(verdicts),
    newestDay: newest,
    signIn,
    lastRun: run ? runReport(run) : null,
    types: types.map((type, i) => typeReport(type, statuses[i]!, holdings.get(type.name), now)),
  };
}

function typeReport(
  type: PipelineType,
  status: TypeStatus,
  holding: Holding | undefined,
  now: Date,
): TypeReport {
  const { rows = 0, first = null, newest = null } = holding ?? {};
  // What only the account export has is never read from the API.
  const reading = isServed(type) ? readingVerdict(status, now) : "import";
  // A type without any data may be one the ring does not measure.
  const isOld = occursDaily(type) && newest !== null && isStale(newest, utcDay(now));
  return {
    dataType: type.name,
    verdict: reading === "fresh" && isOld ? "stale" : reading,
    fetchedAt: status.fetched_at,
    readTo: status.read_to,
    rows,
    first,
    newest,
    lastState: status.last_state,
    error: errorOf(status),
    openRejects: status.open_rejects,
    revisedLast7Days: status.revised_this_week,
    failedWindows: status.failed_windows,
  };
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
