/** Doctor's look at the database: version, rights, migrations, columns. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { undistributedTables } from "../../lib/db/citus/placement.ts";
import { createSchema, migrationStatus } from "../../lib/db/migrate/migrate.ts";
import { ENCODING_HINT, encodingProblem } from "../../lib/db/driver/repertoire.ts";
import { countRejects } from "../../lib/db/store/rejects.ts";
import { withRollback } from "../../lib/db/driver/with_rollback.ts";
import { DatabaseError, UsageError } from "../../lib/errors.ts";
import { diff } from "../../pipelines/schema/plan/diff.ts";
import { readState } from "../../pipelines/schema/database_schema.ts";
import { attempt, failed, type Finding, ok, warn } from "./check.ts";
import { command } from "../../lib/program_command.ts";

/** Everything about the open database. */
export async function checkDatabase(db: Database, pipeline: Pipeline): Promise<Finding[]> {
  const { rows: [server] } = await db.query<{ version: string; encoding: string }>(
    `SELECT current_setting('server_version') AS version,
      current_setting('server_encoding') AS encoding`,
  );
  const tables = await attempt("tables", () => checkTables(db));
  const isUsable = tables.every(({ state }) => state !== "fail");
  return [
    ok("database", `${db.label}, PostgreSQL ${server!.version}`),
    ...checkEncoding(server!.encoding),
    ...isUsable ? await attempt("rights", () => checkRights(db)) : [],
    ...tables,
    ...await attempt("row security", () => checkRowSecurity(db)),
    ...isUsable ? await attempt("columns", () => checkColumns(db, pipeline)) : [],
    ...isUsable ? await attempt("citus", () => checkCitus(db)) : [],
    ...isUsable ? await attempt("rejects", () => checkRejects(db)) : [],
  ];
}

/** A line only where some characters cannot be stored. */
function checkEncoding(encoding: string): Finding[] {
  const problem = encodingProblem(encoding);
  return problem === null ? [] : [warn("encoding", problem, ENCODING_HINT)];
}

/**
 * Really makes a table and really writes, in transactions that are rolled back: rights on paper are
 * not enough. With the tables there, a role that may only write can sync.
 */
async function checkRights(db: Database): Promise<Finding> {
  try {
    await withRollback(db, async (tx) => {
      await createSchema(tx);
      await tx.exec("CREATE TABLE oura.doctor_probe (probe integer)");
      await tx.exec("INSERT INTO oura.doctor_probe VALUES (1)");
    });
    return ok("rights", `may create tables and write in schema ${db.schema}`);
  } catch (error) {
    const { applied, pending } = await migrationStatus(db);
    if (applied.length === 0 || pending.length > 0) return failed("rights", error);
  }
  await withRollback(db, async (tx) => {
    await tx.exec(
      "INSERT INTO oura.sync_runs (command, version) VALUES ('doctor', '')",
    );
  });
  return warn(
    "rights",
    `may write in schema ${db.schema}, but may not create tables or columns`,
    `run ${command("migrate")} and ${command("apply")} as the owner of the schema`,
  );
}

/** A line only where policies may hide rows from this role, or refuse its rows. */
async function checkRowSecurity(db: Database): Promise<Finding[]> {
  const { rows } = await db.query<{ name: string; forced: boolean; role: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relforcerowsecurity AS forced,
      quote_ident(current_user) AS role
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND row_security_active(c.oid)
    ORDER BY c.relname`,
    [db.schema],
  );
  return rows.map(({ name, forced, role }) =>
    warn(
      "row security",
      `${name} is under row-level security${forced ? ", which is forced on its owner too" : ""}: ` +
        "policies may hide rows from this role, or refuse rows that it writes",
      forced
        ? `Type this as the owner of the table: ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY;`
        : `Type this as a superuser: ALTER ROLE ${role} BYPASSRLS;`,
    )
  );
}

async function checkTables(db: Database): Promise<Finding> {
  const { applied, pending } = await migrationStatus(db);
  return pending.length === 0
    ? ok("tables", `up to date (migration ${applied.at(-1)?.version ?? 0})`)
    : warn("tables", `${pending.length} migrations are pending`, `run ${command("migrate")}`);
}

async function checkColumns(db: Database, pipeline: Pipeline): Promise<Finding> {
  const { pending } = await migrationStatus(db);
  if (pending.length > 0) {
    return warn("columns", "cannot be checked before the tables exist", `run ${command("apply")}`);
  }
  const steps = diff(pipeline, await readState(db), db.kind === "postgres");
  return steps.length === 0 ? ok("columns", "as oura.yaml declares them") : warn(
    "columns",
    `${steps.length} changes of oura.yaml are not applied`,
    `run ${command("plan")}, then ${command("apply")}`,
  );
}

/** A line only where some tables of wearers are distributed and others are not. */
async function checkCitus(db: Database): Promise<Finding[]> {
  const tables = await undistributedTables(db);
  if (tables.length === 0) return [];
  return [
    warn(
      "citus",
      `not distributed yet: ${tables.join(", ")}`,
      `run ${command("migrate --citus")}`,
    ),
  ];
}

/** A reject is news in one run only; here it is shown until its cause is fixed. */
async function checkRejects(db: Database): Promise<Finding[]> {
  const { applied, pending } = await migrationStatus(db);
  if (applied.length === 0 || pending.length > 0) return [];
  const open = await countRejects(db);
  if (open.size === 0) return [ok("rejects", "no document is in quarantine")];
  const counts = [...open].map(([dataType, count]) => `${dataType} ${count}`).join(", ");
  return [warn("rejects", `documents in quarantine: ${counts}`, `run ${command("rejects list")}`)];
}

/** The line for a database that cannot be opened: it is away, or a file its URL names is missing. */
export function unreachable(error: unknown): Finding {
  if (error instanceof DatabaseError || error instanceof UsageError) {
    return failed("database", error);
  }
  throw error;
}
