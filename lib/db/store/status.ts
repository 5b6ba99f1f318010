/** What `status` reads: the latest run of each wearer, and the freshness of each data type. */
import LAST_RUNS from "../../../sql/queries/last_runs.sql" with { type: "text" };
import TYPE_STATUS from "../../../sql/queries/type_status.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";

/** A wearer's latest run. `state` is `interrupted` for one that was killed and not closed yet. */
export type LastRun = {
  user_id: string;
  id: number;
  command: string;
  state: string;
  started_at: Date;
  finished_at: Date | null;
  exit_code: number | null;
  requests: number;
  bytes: number;
  rows_inserted: number;
  rows_updated: number;
  rows_unchanged: number;
  rows_rejected: number;
  rows_deleted: number;
  version: string;
  error_code: string | null;
  error_message: string | null;
};

/** How fresh a data type is, and what went wrong lately. */
export type TypeStatus = {
  data_type: string;
  /** When it was last read completely; null when never. */
  fetched_at: Date | null;
  /** The last day that reading asked for. */
  read_to: string | null;
  last_state: string | null;
  last_finished_at: Date | null;
  error_code: string | null;
  error_message: string | null;
  open_rejects: number;
  revised_this_week: number;
  failed_windows: number;
};

/** The latest run of every wearer. */
export async function lastRuns(db: Queryable): Promise<LastRun[]> {
  return (await db.query<LastRun>(LAST_RUNS)).rows;
}

/** Freshness of the data types of a wearer. */
export async function typeStatus(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
): Promise<TypeStatus[]> {
  return (await db.query<TypeStatus>(TYPE_STATUS, [userId, dataTypes])).rows;
}
