import type { Queryable } from "../../lib/db/driver/database.ts";

/** A change that `apply` made, as it is on record. */
export interface ColumnChange {
  id: number;
  appliedAt: Date;
  /** SHA-256 of the `oura.yaml` that asked for it, hex. */
  configChecksum: string;
  description: string;
  sql: string;
  /** A change that stays `running` was interrupted; the next `apply` does it again. */
  state: "running" | "done" | "failed";
  errorMessage: string | null;
}

/** Every change on record, oldest first. */
export async function readHistory(db: Queryable): Promise<ColumnChange[]> {
  const { rows } = await db.query<ColumnChange & Record<string, unknown>>(
    `SELECT id, applied_at AS "appliedAt", config_checksum AS "configChecksum", description, sql,
      state, error_message AS "errorMessage"
    FROM oura.column_changes ORDER BY id`,
  );
  return rows;
}

/** The number of the latest change on record, 0 before the first: a new one says that a table changed. */
export async function latestChange(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ latest: number }>(
    "SELECT coalesce(max(id), 0) AS latest FROM oura.column_changes",
  );
  return rows[0]!.latest;
}
