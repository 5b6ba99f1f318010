/**
 * Forgetting: every row of one wearer is deleted, in batches that each commit. Killed anywhere, the
 * same call goes on; the sign-in must be gone before, so that no sync brings the rows back.
 */
import type { Database } from "../../lib/db/driver/database.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import { acquireLeases, type LeaseOptions } from "../../lib/db/store/leases.ts";
import { removeJobsOf } from "../../lib/db/store/jobs/job_queue.ts";
import { finishRun, FORGET, noRows, startRun } from "../../lib/db/store/runs.ts";
import { BusyError, EXIT } from "../../lib/errors.ts";
import { VERSION } from "../../lib/version.ts";
import { eraseEmbedded } from "./erase_embedded.ts";
import { wearerTables } from "./wearer_tables.ts";
import { command } from "../../lib/program_command.ts";

/** Whose rows are deleted. */
export interface ForgetOptions {
  readonly userId: string;
  /** Data types that a sync could take leases of. */
  readonly dataTypes: readonly string[];
  readonly lease: LeaseOptions;
  readonly configChecksum: string;
  /** Removes what is outside of the tables, while no sync can run: sign-in and files. */
  readonly before: () => Promise<void>;
  /** Rows of one transaction. @default 5000 */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
}

/** Held by this command until it ends, and gone with it. */
const LEASES = "sync_leases";

/**
 * Deletes every row of a wearer in every table and leaves one line in `sync_runs` that names no
 * wearer. Of the embedded database, the files are rewritten without them.
 * @returns Rows deleted.
 * @throws {BusyError} `FORGET_BUSY` while a sync of this wearer runs.
 */
export async function forgetWearer(db: Database, options: ForgetOptions): Promise<number> {
  const deleted = await deleteWearer(db, options);
  // The leases, too, named the wearer.
  await eraseEmbedded(db);
  return deleted;
}

async function deleteWearer(db: Database, options: ForgetOptions): Promise<number> {
  const { userId, lease, batchRows = 5_000 } = options;
  // Without one of its own, a run of a data type that is not listed could begin.
  await using leases = await acquireLeases(db, userId, [FORGET, ...options.dataTypes], lease);
  const { rows: others } = await db.query(
    `SELECT 1 FROM oura.sync_leases
      WHERE user_id = $1 AND holder <> $2 AND expires_at > clock_timestamp()`,
    [userId, lease.holder],
  );
  if (leases.busy.length > 0 || others.length > 0) throw busy();
  await options.before();
  const startedAt = new Date();
  const runId = await retryStatement(db, (each) =>
    startRun(each, {
      userId: null,
      command: "forget",
      startedAt,
      version: VERSION,
      configChecksum: options.configChecksum,
      holder: lease.holder,
    }));
  let deleted = 0;
  // A run that was about to write when the lease was taken may have written after the first pass.
  for (let pass = 1; pass > 0; deleted += pass) {
    pass = await deleteRows(db, options, batchRows);
  }
  await retryStatement(db, (each) => removeJobsOf(each, userId));
  await retryStatement(
    db,
    (each) =>
      each.query("DELETE FROM oura.sync_leases WHERE user_id = $1 AND holder <> $2", [
        userId,
        lease.holder,
      ]),
  );
  await retryStatement(db, (each) =>
    finishRun(each, { id: runId!, userId: null }, {
      state: "done",
      exitCode: EXIT.done,
      requests: 0,
      bytes: 0,
      counts: { ...noRows(), deleted },
      traceIds: [],
    }));
  return deleted;
}

/** Goes once through all tables. @returns Rows deleted */
async function deleteRows(
  db: Database,
  { userId, signal }: ForgetOptions,
  batchRows: number,
): Promise<number> {
  let deleted = 0;
  for (const table of await wearerTables(db)) {
    if (table.endsWith(`."${LEASES}"`)) continue;
    const before = deleted;
    for (let batch = batchRows; batch === batchRows;) {
      signal?.throwIfAborted();
      const result = await retryStatement(db, (each) =>
        each.queryRaw(
          // The wearer is named twice: in a distributed table, rows of others have the same places.
          `DELETE FROM ${table} WHERE user_id = $1 AND ctid = ANY (ARRAY(
            SELECT ctid FROM ${table} WHERE user_id = $1 LIMIT ${batchRows}))`,
          [userId],
        ));
      batch = result.rowCount;
      deleted += batch;
    }
    // The planner's statistics hold frequent values, such as a wearer's id.
    if (deleted > before) await db.queryRaw(`ANALYZE ${table}`);
  }
  return deleted;
}

function busy(): BusyError {
  return new BusyError("FORGET_BUSY", "A sync of this wearer is running. Nothing was deleted.", {
    hint: `Wait for it, or stop it, and run ${command("forget")} again.`,
  });
}
