/** What `status` tells of a wearer, in the shape that monitors read; see docs/operations.md. */
import type { LastRun } from "../../lib/db/store/status.ts";
import { errorOf, type WearerFreshness } from "../../reports/freshness/wearer_freshness.ts";

/** One wearer: how fresh the data is, and how the latest run went. */
export interface WearerReport extends WearerFreshness {
  readonly userId: string;
  /** What the lab calls the wearer; null where it has no name for the wearer. */
  readonly label: string | null;
  readonly lastRun: ReturnType<typeof runReport> | null;
}

/** The latest run of a command that writes. */
export function runReport(run: LastRun) {
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
