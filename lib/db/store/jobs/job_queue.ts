/** The tables of the job queue, which pg-boss creates in a schema of their own. */
import { createHash } from "node:crypto";
import type { Queryable } from "../../driver/database.ts";
import { quoteIdentifier } from "../../driver/identifiers.ts";

/** The name of the queue of wearers' jobs. */
export const QUEUE = "wearer";
/** What pg-boss takes as a schema without quotes, well below PostgreSQL's limit. */
const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,49}$/;

/** The schema of the queue's tables: `oura_jobs` beside `oura`. */
export function queueSchema(schema: string): string {
  const name = `${schema}_jobs`;
  if (PLAIN_NAME.test(name)) return name;
  return `oura_jobs_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
}

/** The table of jobs, quoted, with its schema. */
export function jobTable(schema: string): string {
  return `${quoteIdentifier(queueSchema(schema))}.job`;
}

/** Whether a worker or a receiver has created the queue, and the role of this connection may read it. */
async function hasQueue(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ readable: boolean }>(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = 'job'`,
    [queueSchema(db.schema)],
  );
  return rows[0]?.readable === true;
}

/** How many jobs there are. */
export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  /** Gave up after all tries. */
  readonly failed: number;
  /** How long the oldest waiting job has been ready, in seconds; null when none is. */
  readonly oldestSeconds: number | null;
}

/** Counts the jobs; null where no worker or receiver has created the queue. */
export async function jobCounts(db: Queryable): Promise<JobCounts | null> {
  if (!await hasQueue(db)) return null;
  const { rows } = await db.queryRaw<
    { waiting: number; active: number; failed: number; oldest: number | null }
  >(
    `SELECT count(*) FILTER (WHERE state IN ('created', 'retry'))::int AS waiting,
        count(*) FILTER (WHERE state = 'active')::int AS active,
        count(*) FILTER (WHERE state = 'failed')::int AS failed,
        extract(epoch FROM now() - min(start_after) FILTER (
          WHERE state IN ('created', 'retry') AND start_after <= now()
        ))::double precision AS oldest
      FROM ${jobTable(db.schema)} WHERE name = $1`,
    [QUEUE],
  );
  const { waiting, active, failed, oldest } = rows[0]!;
  return { waiting, active, failed, oldestSeconds: oldest };
}

/** Removes the jobs of a wearer, whose key is the wearer's id. */
export async function removeJobsOf(db: Queryable, userId: string): Promise<void> {
  if (!await hasQueue(db)) return;
  await db.queryRaw(`DELETE FROM ${jobTable(db.schema)} WHERE singleton_key = $1`, [userId]);
}
