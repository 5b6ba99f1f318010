/** Removes bookkeeping that is older than `retention` of `oura.yaml`. Data is never touched. */
import type { Retention } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";

/** Rows that were removed, or would be. */
export interface PruneCounts {
  runs: number;
  revisions: number;
  events: number;
}

/** How much is removed. */
export interface PruneOptions {
  /** Only counts. @default false */
  readonly dryRun?: boolean;
  /** Rows of a kind at most. @default All */
  readonly most?: number;
}

/** Rows of one statement. */
const BATCH_ROWS = 1_000;

/** What is past its time, by kind; `$1` is the number of days. */
const EXPIRED: Readonly<Record<keyof PruneCounts, string>> = {
  runs: `SELECT r.user_id, r.id FROM oura.sync_runs AS r
    WHERE r.state <> 'running' AND r.started_at < now() - make_interval(days => $1::int)
      AND EXISTS (SELECT 1 FROM oura.sync_runs AS later
        WHERE later.user_id = r.user_id AND later.started_at > r.started_at)`,
  revisions: `SELECT user_id, id FROM oura.document_revisions
    WHERE replaced_at < now() - make_interval(days => $1::int)`,
  events: `SELECT user_id, id FROM oura.webhook_events
    WHERE state IN ('done', 'aside', 'failed', 'ignored')
      AND received_at < now() - make_interval(days => $1::int)`,
};

/** The rows of {@linkcode EXPIRED}, `$1` their wearers and `$2` their ids. */
const NAMED = "unnest($1::text[], $2::bigint[]) AS e(user_id, id)";

/**
 * Removes rows by wearer and id: in a distributed table, the wearer tells on which machine a row is.
 * How the data types of a run ended is removed before it, as what it is found by.
 */
const REMOVE: Readonly<Record<keyof PruneCounts, readonly string[]>> = {
  runs: [
    `DELETE FROM oura.sync_run_types AS t USING ${NAMED}
      WHERE t.user_id = e.user_id AND t.run_id = e.id`,
    `DELETE FROM oura.sync_runs AS r USING ${NAMED} WHERE r.user_id = e.user_id AND r.id = e.id`,
  ],
  revisions: [
    `DELETE FROM oura.document_revisions AS d USING ${NAMED}
      WHERE d.user_id = e.user_id AND d.id = e.id`,
  ],
  events: [
    `DELETE FROM oura.webhook_events AS w USING ${NAMED}
      WHERE w.user_id = e.user_id AND w.id = e.id`,
  ],
};

/** Removes what is past its time, in batches that each commit. */
export async function prune(
  db: Database,
  retention: Retention,
  { dryRun = false, most = Infinity }: PruneOptions = {},
): Promise<PruneCounts> {
  const { runsDays, revisionsDays, eventsDays } = retention;
  const days = { runs: runsDays, revisions: revisionsDays, events: eventsDays };
  const counts: PruneCounts = { runs: 0, revisions: 0, events: 0 };
  for (const kind of Object.keys(counts) as (keyof PruneCounts)[]) {
    if (days[kind] === null) continue;
    const remove = dryRun ? countExpired : removeBatch;
    for (let removed = BATCH_ROWS; removed === BATCH_ROWS && counts[kind] < most;) {
      removed = await remove(db, kind, days[kind]);
      counts[kind] += removed;
      if (dryRun) break;
    }
  }
  return counts;
}

async function countExpired(db: Database, kind: keyof PruneCounts, days: number): Promise<number> {
  const sql = `SELECT count(*) AS count FROM (${EXPIRED[kind]}) AS expired`;
  return (await db.query<{ count: number }>(sql, [days])).rows[0]!.count;
}

async function removeBatch(db: Database, kind: keyof PruneCounts, days: number): Promise<number> {
  return await retryTransaction(db, async (tx) => {
    const { rows } = await tx.query<{ user_id: string | null; id: number }>(
      `${EXPIRED[kind]} LIMIT ${BATCH_ROWS}`,
      [days],
    );
    if (rows.length === 0) return 0;
    const named = [rows.map((row) => row.user_id), rows.map((row) => row.id)];
    for (const sql of REMOVE[kind]) await tx.query(sql, named);
    return rows.length;
  });
}
