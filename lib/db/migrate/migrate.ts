/** Brings the tables up to what this program needs. */
import { type Migration, migrations } from "../../../sql/migrations/index.ts";
import { DatabaseError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import type { Database, Transaction } from "../driver/database.ts";
import { quoteIdentifier } from "../driver/identifiers.ts";
import {
  type AppliedMigration,
  checksumOf,
  pendingMigrations,
  readHistory,
  readHistoryTable,
} from "./migration_history.ts";
import { requireOwnHistory, tableTaken, takenName } from "./taken_names.ts";
import { command } from "../../program_command.ts";

export type { AppliedMigration } from "./migration_history.ts";

/** What is in the database, and what is not yet. */
export interface MigrationStatus {
  applied: AppliedMigration[];
  pending: { version: number; name: string }[];
}

/**
 * Applies what is missing, one transaction per migration, and returns what this call applied.
 * Processes that start together take turns.
 * @throws {DatabaseError} `MIGRATION_NEWER`, `MIGRATION_EDITED`, or what the database answers, such as missing rights.
 * @throws {UsageError} `TABLE_TAKEN` when something else in the schema has a name that is needed.
 */
export async function migrate(
  db: Database,
  known: readonly Migration[] = migrations,
): Promise<AppliedMigration[]> {
  const appliedHere: AppliedMigration[] = [];
  for (;;) {
    const applied = await db.transaction((tx) => applyNext(tx, known, db));
    if (!applied) return appliedHere;
    appliedHere.push(applied);
  }
}

/**
 * Makes sure nothing is missing, at the price of one short query when nothing is.
 * @throws {DatabaseError} As {@linkcode migrate}.
 */
export async function ensureMigrated(db: Database): Promise<AppliedMigration[]> {
  const { pending } = await migrationStatus(db);
  return pending.length === 0 ? [] : await migrate(db);
}

/**
 * Whether there are tables to look at. Changes nothing, so a role that may only read can ask.
 * @returns False for a database without our tables.
 * @throws {DatabaseError} `MIGRATION_PENDING` when the tables are older than this program, else as
 *   {@linkcode migrationStatus}.
 */
export async function hasTables(db: Database): Promise<boolean> {
  const { applied, pending } = await migrationStatus(db);
  if (applied.length === 0) return false;
  if (pending.length === 0) return true;
  throw new DatabaseError(
    "MIGRATION_PENDING",
    `${db.label}: the schema is older than this version: ${pending.length} migrations are pending`,
    {
      hint: `Run ${command("migrate")}, as a role that may change the tables; ` +
        `${command("sync")} does it too.`,
    },
  );
}

/**
 * Reads what is applied and what is pending, and changes nothing.
 * @throws {DatabaseError} `MIGRATION_NEWER` or `MIGRATION_EDITED`.
 * @throws {UsageError} `TABLE_TAKEN` when something else in the schema has a name that is needed.
 */
export async function migrationStatus(
  db: Database,
  known: readonly Migration[] = migrations,
): Promise<MigrationStatus> {
  for (let before = -1;;) {
    const applied = await readHistory(db);
    const pending = await pendingMigrations(known, applied, db);
    const taken = pending.length === 0 ? undefined : await takenName(db, pending);
    if (taken === undefined) {
      return { applied, pending: pending.map(({ version, name }) => ({ version, name })) };
    }
    // Another process may have migrated between the two queries.
    if (applied.length === before) throw tableTaken(db.schema, taken);
    before = applied.length;
  }
}

async function applyNext(
  tx: Transaction,
  known: readonly Migration[],
  db: Database,
): Promise<AppliedMigration | undefined> {
  await acquireApplyLock(tx);
  await requireOwnHistory(tx);
  await createSchema(tx);
  await createHistory(tx);
  const pending = await pendingMigrations(known, await readHistoryTable(tx), db);
  const [next] = pending;
  if (!next) return undefined;
  // All of them, so that nothing is made where one cannot be.
  const taken = await takenName(tx, pending);
  if (taken !== undefined) throw tableTaken(tx.schema, taken);
  await tx.exec(next.sql);
  return await record(tx, next);
}

/**
 * Waits for another process that is migrating the same schema. Taken before the history is read,
 * and bound to the transaction, so that it works through PgBouncer and ends with the process.
 */
async function acquireApplyLock(tx: Transaction): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('oura-sync migrate'), hashtext($1))", [
    tx.schema,
  ]);
}

/**
 * Makes the schema where it is missing. Asks the catalog first: `IF NOT EXISTS` still demands the
 * right to create, which a role that was given a ready schema need not have.
 */
export async function createSchema(tx: Transaction): Promise<void> {
  const { rows } = await tx.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [tx.schema]);
  if (rows.length === 0) await tx.exec(`CREATE SCHEMA ${quoteIdentifier(tx.schema)}`);
}

async function createHistory(tx: Transaction): Promise<void> {
  const { rows } = await tx.query(
    `SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname = $1 AND relname = 'schema_migrations'`,
    [tx.schema],
  );
  if (rows.length > 0) return;
  await tx.exec(`CREATE TABLE oura.schema_migrations (
       version integer PRIMARY KEY,
       name text NOT NULL,
       checksum text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now(),
       program_version text NOT NULL
     );
     COMMENT ON TABLE oura.schema_migrations IS
       'The migrations this schema has been through, with the checksum of each file.';`);
}

async function record(tx: Transaction, migration: Migration): Promise<AppliedMigration> {
  const { version, name } = migration;
  const checksum = await checksumOf(migration);
  const { rows } = await tx.query<{ applied_at: Date }>(
    `INSERT INTO oura.schema_migrations (version, name, checksum, program_version)
       VALUES ($1, $2, $3, $4) RETURNING applied_at`,
    [version, name, checksum, VERSION],
  );
  return {
    version,
    name,
    checksum,
    appliedAt: rows[0]!.applied_at,
    programVersion: VERSION,
  };
}
