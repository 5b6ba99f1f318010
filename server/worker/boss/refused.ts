/** What to do when the role may not make the tables of the queue. */
import type { Database } from "../../../lib/db/driver/database.ts";
import { queueSchema } from "../../../lib/db/store/jobs/job_queue.ts";
import { DatabaseError } from "../../../lib/errors.ts";

/** Explains a missing right; every other failure stays as it is. */
export async function explainRefusal(db: Database, error: unknown): Promise<unknown> {
  if (!(error instanceof DatabaseError) || error.code !== "DATABASE_FORBIDDEN") return error;
  const schema = queueSchema(db.schema);
  const { rows: [at] } = await db.query<{ role: string; database: string; exists: boolean }>(
    `SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,
        EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1) AS exists`,
    [schema],
  );
  const { role, database, exists } = at!;
  const hint = exists
    ? `Connect as the role that owns the schema ${schema}.`
    : "Type this in psql as the owner of the database, then run again: " +
      `GRANT CREATE ON DATABASE ${database} TO ${role};`;
  return new DatabaseError(
    error.code,
    `${db.label}: the role ${role} may not ${
      exists ? "use" : "create"
    } the schema ${schema}, which holds the jobs`,
    { hint, cause: error },
  );
}
