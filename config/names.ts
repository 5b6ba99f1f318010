/** Which names tables and columns may have, and who owns the others. */

/** PostgreSQL cuts longer names off without an error. */
const LONGEST_NAME = 63;

/** Columns every data table has. Their values come from the loader, not from the YAML. */
export const BUILT_IN_COLUMNS: readonly string[] = [
  "user_id",
  "id",
  "day",
  "utc_offset",
  "raw_data",
  "created_at",
  "updated_at",
  "deleted_at",
];

/** Hidden columns PostgreSQL gives every table; no other column may have their names. */
export const SYSTEM_COLUMNS: readonly string[] = [
  "tableoid",
  "xmin",
  "cmin",
  "xmax",
  "cmax",
  "ctid",
];

/** Tables the program keeps its books in. */
const BOOKKEEPING_TABLES: readonly string[] = [
  "oauth_tokens",
  "sync_runs",
  "sync_run_types",
  "sync_windows",
  "sync_leases",
  "rejects",
  "document_revisions",
  "webhook_events",
  "rate_budget",
  "wearers",
  "token_owners",
  "invitations",
  "sync_schedule",
  "upkeep_tasks",
  "schema_migrations",
  "column_changes",
  "declared_objects",
  "row_accounts",
  "heart_rate_hours",
  "heart_rate_days",
  "series_documents",
  "account_imports",
];

/** Why PostgreSQL would not take the name unquoted and whole; null when it does. */
export function identifierProblem(name: string): string | null {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
    const hint = asIdentifier(name);
    return "not a lower-case SQL name (letters, digits and _, not starting with a digit)" +
      (hint === "" ? "" : `; write "${hint}"`);
  }
  if (name.length > LONGEST_NAME) {
    return `the name has ${name.length} characters, PostgreSQL keeps ${LONGEST_NAME}; write ` +
      `"${asIdentifier(name)}"`;
  }
  return null;
}

/** Why no declared column may have the name; null when it may. Built-in columns are not judged. */
export function columnNameProblem(name: string): string | null {
  return SYSTEM_COLUMNS.includes(name)
    ? `"${name}" is a system column of PostgreSQL; choose another name`
    : identifierProblem(name);
}

/**
 * A name for a column of a field called `wanted`: valid, and none of `taken`. Fields whose names
 * hold no letter of SQL get `field`.
 */
export function freeColumnName(wanted: string, taken: ReadonlySet<string>): string {
  const name = asIdentifier(wanted) || "field";
  for (let n = 1;; n++) {
    const tail = n === 1 ? "" : `_${n}`;
    const candidate = name.slice(0, LONGEST_NAME - tail.length) + tail;
    if (!taken.has(candidate) && columnNameProblem(candidate) === null) return candidate;
  }
}

/** Endings of the names PostgreSQL gives to indexes and sequences, which share those of tables. */
const TAKEN_ENDING = /_(?:pkey|key|idx|seq)$/;

/** Why no declared table may have the name; null when it may. */
export function tableNameProblem(name: string): string | null {
  const problem = identifierProblem(name);
  if (problem !== null) return problem;
  if (BOOKKEEPING_TABLES.includes(name)) {
    return `"${name}" is a table the program keeps its books in; choose another name`;
  }
  const ending = TAKEN_ENDING.exec(name)?.[0];
  if (ending !== undefined) {
    return `names ending in ${ending} are kept for indexes and sequences; choose another name`;
  }
  return name.startsWith("v_")
    ? `names starting with v_ are kept for views; write "${name.slice(2) || "samples"}"`
    : null;
}

/** Why the schema may not have the name; null when it may. */
export function schemaNameProblem(name: string): string | null {
  const problem = identifierProblem(name);
  if (problem !== null) return problem;
  return name.startsWith("pg_") || name === "information_schema"
    ? `"${name}" belongs to PostgreSQL itself; choose another name`
    : null;
}

/** The nearest valid name: `averageHRV ms` becomes `average_hrv_ms`. Empty when nothing is left. */
function asIdentifier(name: string): string {
  const words = name.slice(0, 4 * LONGEST_NAME)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  return (/^[0-9]/.test(words) ? `_${words}` : words).slice(0, LONGEST_NAME).replace(/_+$/, "");
}
