/** The tables of the job queue, which pg-boss creates in a schema of their own. */
import { createHash } from "node:crypto";
import type { Queryable } from "../driver/database.ts";
import { quoteIdentifier } from "../driver/identifiers.ts";

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

/** Whether a worker or a receiver has created the queue. */
export async function hasQueue(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    "SELECT to_regclass($1) IS NOT NULL AS found",
    [
      jobTable(db.schema),
    ],
  );
  return rows[0]!.found;
}

/** Removes the jobs of a wearer, whose key is the wearer's id. */
export async function removeJobsOf(db: Queryable, userId: string): Promise<void> {
  if (!await hasQueue(db)) return;
  await db.queryRaw(`DELETE FROM ${jobTable(db.schema)} WHERE singleton_key = $1`, [userId]);
}
