/** A schema that others use too: what is there already under a name that the migrations need. */
import type { Migration } from "../../../sql/migrations/index.ts";
import { UsageError } from "../../errors.ts";
import type { Queryable } from "../driver/database.ts";

/** Columns that tell this program's history of migrations from another program's. */
const HISTORY_COLUMNS = ["version", "name", "checksum", "applied_at", "program_version"];

const CREATED =
  /^\s*CREATE (?:UNIQUE )?(?:TABLE|INDEX|VIEW) (?:IF NOT EXISTS )?(?:oura\.)?(\w+)/gim;

/** The tables, indexes and views that migrations make. */
export function namesMadeBy(migrations: readonly Pick<Migration, "sql">[]): string[] {
  return migrations.flatMap(({ sql }) => [...sql.matchAll(CREATED)].map((match) => match[1]!));
}

/**
 * Makes sure that `schema_migrations`, where it is there, is this program's.
 * @throws {UsageError} `TABLE_TAKEN`.
 */
export async function requireOwnHistory(db: Queryable): Promise<void> {
  const { rows: [found] } = await db.query<{ columns: string[] | null }>(
    `SELECT array_agg(a.attname::text) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE n.nspname = $1 AND c.relname = 'schema_migrations'`,
    [db.schema],
  );
  const { columns } = found!;
  if (columns === null || HISTORY_COLUMNS.every((name) => columns.includes(name))) return;
  throw tableTaken(db.schema, "schema_migrations");
}

/** The first name that migrations need and something else in the schema has; undefined: all free. */
export async function takenName(
  db: Queryable,
  migrations: readonly Pick<Migration, "sql">[],
): Promise<string | undefined> {
  const { rows } = await db.query<{ relname: string }>(
    `SELECT c.relname::text AS relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) ORDER BY c.relname LIMIT 1`,
    [db.schema, namesMadeBy(migrations)],
  );
  return rows[0]?.relname;
}

/** The error for a name that something else has. */
export function tableTaken(schema: string, name: string): UsageError {
  return new UsageError(
    "TABLE_TAKEN",
    `${schema}.${name} is there already, and not made by this program`,
    {
      hint:
        "Give this program a schema of its own: in oura.yaml, `destination: { schema: oura }`. " +
        "Or rename the table.",
    },
  );
}
