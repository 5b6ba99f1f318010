/** Doctor's look at the database: version, rights, migrations, columns. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/database.ts";
import { inSchema, quoteIdentifier } from "../../lib/db/identifiers.ts";
import { migrationStatus } from "../../lib/db/migrate.ts";
import { DatabaseError, UsageError } from "../../lib/errors.ts";
import { diff } from "../../pipelines/columns/diff.ts";
import { readState } from "../../pipelines/columns/state.ts";
import { attempt, failed, type Finding, ok, warn } from "./check.ts";

/** Everything about the open database. */
export async function checkDatabase(db: Database, pipeline: Pipeline): Promise<Finding[]> {
  const { rows: [server] } = await db.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  return [
    ok("database", `${db.label}, PostgreSQL ${server!.version}`),
    ...await attempt("rights", () => checkRights(db)),
    ...await attempt("tables", () => checkTables(db)),
    ...await attempt("columns", () => checkColumns(db, pipeline)),
  ];
}

/** Really writes, in a transaction that is rolled back: rights on paper are not enough. */
async function checkRights(db: Database): Promise<Finding> {
  class Undo extends Error {}
  try {
    await db.transaction(async (tx) => {
      await tx.exec(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(db.schema)}`);
      await tx.exec(inSchema("CREATE TABLE oura.doctor_probe (probe integer)", db.schema));
      await tx.exec(inSchema("INSERT INTO oura.doctor_probe VALUES (1)", db.schema));
      throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) return failed("rights", error);
  }
  return ok("rights", `may create tables and write in schema ${db.schema}`);
}

async function checkTables(db: Database): Promise<Finding> {
  const { applied, pending } = await migrationStatus(db);
  return pending.length === 0
    ? ok("tables", `up to date (migration ${applied.at(-1)?.version ?? 0})`)
    : warn("tables", `${pending.length} migrations are pending`, "`migrate`");
}

async function checkColumns(db: Database, pipeline: Pipeline): Promise<Finding> {
  const { pending } = await migrationStatus(db);
  if (pending.length > 0) {
    return warn("columns", "known once the tables are made", "`apply`");
  }
  const steps = diff(pipeline, await readState(db), db.kind === "postgres");
  return steps.length === 0
    ? ok("columns", "as oura.yaml declares them")
    : warn("columns", `${steps.length} changes of oura.yaml are not applied`, "`plan`");
}

/** The line for a database that cannot be opened: it is away, or a file its URL names is missing. */
export function unreachable(error: unknown): Finding {
  if (error instanceof DatabaseError || error instanceof UsageError) {
    return failed("database", error);
  }
  throw error;
}
