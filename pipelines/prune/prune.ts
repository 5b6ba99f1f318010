/** Removes bookkeeping that is older than `retention` of `oura.yaml`. Data is never touched. */
import type { Retention } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";

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
  runs: `SELECT r.id FROM oura.sync_runs AS r
    WHERE r.state <> 'running' AND r.started_at < now() - make_interval(days => $1::int)
      AND EXISTS (SELECT 1 FROM oura.sync_runs AS later
        WHERE later.user_id IS NOT DISTINCT FROM r.user_id AND later.started_at > r.started_at)`,
  revisions: `SELECT id FROM oura.document_revisions
    WHERE replaced_at < now() - make_interval(days => $1::int)`,
  events: `SELECT user_id, id FROM oura.webhook_events
    WHERE state IN ('done', 'aside', 'failed', 'ignored')
      AND received_at < now() - make_interval(days => $1::int)`,
};

/** Removes the rows a query names; of a run, how its data types ended is removed with it. */
const REMOVE: Readonly<Record<keyof PruneCounts, (expired: string) => string>> = {
  runs: (expired) =>
    `WITH expired AS (${expired}), types AS (
      DELETE FROM oura.sync_run_types WHERE run_id IN (SELECT id FROM expired)
    ) DELETE FROM oura.sync_runs WHERE id IN (SELECT id FROM expired)`,
  revisions: (expired) => `DELETE FROM oura.document_revisions WHERE id IN (${expired})`,
  events: (expired) => `DELETE FROM oura.webhook_events WHERE (user_id, id) IN (${expired})`,
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
  const sql = REMOVE[kind](`${EXPIRED[kind]} LIMIT ${BATCH_ROWS}`);
  return (await retryStatement(db, (each) => each.query(sql, [days]))).rowCount;
}
