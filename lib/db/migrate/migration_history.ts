/** What the database says it has been through, held against what this program knows. */
import { DatabaseError } from "../../errors.ts";
import type { Migration } from "../../../sql/migrations/index.ts";
import type { Database, Queryable } from "../driver/database.ts";
import { hasSqlState, UNDEFINED_COLUMN, UNDEFINED_TABLE } from "../driver/errors/errors.ts";
import { quoteIdentifier } from "../driver/identifiers.ts";
import { requireOwnHistory } from "./taken_names.ts";
import { command } from "../../program_command.ts";

/** A migration the database has. */
export interface AppliedMigration {
  version: number;
  name: string;
  /** SHA-256 of the file, hex, with line endings normalised. */
  checksum: string;
  appliedAt: Date;
  /** Version of the program that applied it. */
  programVersion: string;
}

const HISTORY = `
  SELECT version, name, checksum, applied_at, program_version
  FROM oura.schema_migrations ORDER BY version`;

/**
 * Reads the applied migrations, oldest first; none when the database is new. Not to be used inside
 * a transaction, which a missing table would abort.
 * @throws {UsageError} `TABLE_TAKEN` when the table is another program's.
 */
export async function readHistory(db: Queryable): Promise<AppliedMigration[]> {
  try {
    return await readHistoryTable(db);
  } catch (error) {
    if (hasSqlState(error, UNDEFINED_TABLE)) return [];
    if (hasSqlState(error, UNDEFINED_COLUMN)) await requireOwnHistory(db);
    throw error;
  }
}

/** Reads the applied migrations where the table is known to exist. */
export async function readHistoryTable(db: Queryable): Promise<AppliedMigration[]> {
  const { rows } = await db.query<{
    version: number;
    name: string;
    checksum: string;
    applied_at: Date;
    program_version: string;
  }>(HISTORY);
  return rows.map(({ version, name, checksum, applied_at, program_version }) => ({
    version,
    name,
    checksum,
    appliedAt: applied_at,
    programVersion: program_version,
  }));
}

/** SHA-256 of a migration, hex. A checkout with Windows line endings has the same one. */
export async function checksumOf(migration: Migration): Promise<string> {
  const text = migration.sql.replaceAll("\r\n", "\n");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

/**
 * Decides which migrations are still to be applied.
 * @throws {DatabaseError} When the database is newer than the program (`MIGRATION_NEWER`), or a
 *   migration was changed after it had been applied (`MIGRATION_EDITED`).
 */
export async function pendingMigrations(
  known: readonly Migration[],
  history: readonly AppliedMigration[],
  db: Pick<Database, "kind" | "label" | "schema">,
): Promise<readonly Migration[]> {
  for (const [index, applied] of history.entries()) {
    const migration = known[index];
    if (!migration || migration.version !== applied.version) {
      throw newer(db.label, applied, known.at(-1));
    }
    if (await checksumOf(migration) !== applied.checksum) throw edited(db, applied);
  }
  return known.slice(history.length);
}

function newer(label: string, applied: AppliedMigration, last: Migration | undefined) {
  return new DatabaseError(
    "MIGRATION_NEWER",
    `${label}: the database has migration ${applied.version} (${applied.name}) of version ` +
      `${applied.programVersion}; this program knows ${last?.version ?? 0}`,
    { hint: "Use the newer program; this one could damage what it does not understand." },
  );
}

function edited(db: Pick<Database, "kind" | "label" | "schema">, applied: AppliedMigration) {
  return new DatabaseError(
    "MIGRATION_EDITED",
    `${db.label}: migration ${applied.version} (${applied.name}) was edited after version ` +
      `${applied.programVersion} had applied it`,
    {
      hint: "A database from before the first release cannot be brought up to date. Put it aside " +
        `and begin a new one: ${putAside(db)}; then ${command("auth login")} and ` +
        `${command("sync --initial")}. ` +
        "If you edited the file yourself, restore it, and put the change into a new migration.",
    },
  );
}

/** Nothing is deleted: what the old tables hold can still be queried there. */
function putAside({ kind, label, schema }: Pick<Database, "kind" | "label" | "schema">): string {
  if (kind === "pglite") return `rename the directory ${label}`;
  const rename = `ALTER SCHEMA ${quoteIdentifier(schema)} RENAME TO ${
    quoteIdentifier(`${schema}_old`)
  }`;
  return `psql "$DATABASE_URL" -c '${rename}'`;
}
