/**
 * Empties a database between two tests. Removing rows takes a tenth of the time that making the
 * tables again takes, but is enough only where a test has changed nothing else.
 */
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q, quoteLiteral } from "../../lib/db/driver/identifiers.ts";

/** What a change of tables, columns, functions, rights, settings or statistics leaves a trace in. */
const CATALOGS = [
  ...["pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_type"],
  ...["pg_proc", "pg_trigger", "pg_rewrite", "pg_policy", "pg_namespace", "pg_description"],
  ...["pg_authid", "pg_auth_members", "pg_db_role_setting", "pg_extension", "pg_statistic"],
];

/** Its migrations are part of what a test begins with. */
const HISTORY = "schema_migrations";

/** Changes with every change of the schema, and of the list of its migrations. */
export async function schemaMark(db: Database): Promise<string> {
  const tables = [...CATALOGS, `oura.${HISTORY}`];
  const { rows } = await db.query(
    tables.map((table, i) =>
      `SELECT ${i} AS place, count(*), max(xmin::text::bigint) AS latest FROM ${table}`
    ).join(" UNION ALL ") + " ORDER BY place",
  );
  return JSON.stringify(rows, (_, value) => typeof value === "bigint" ? String(value) : value);
}

/** Removes all rows but the list of migrations; ids begin at 1 again. */
export async function removeRows(db: Database): Promise<void> {
  const { rows } = await db.query<{ name: string; kind: string }>(
    `SELECT relname AS name, relkind::text AS kind FROM pg_class
     WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p', 'S') AND relname <> $2`,
    [q(db.schema), HISTORY],
  );
  const statements = rows.map(({ name, kind }) => {
    const object = `${q(db.schema)}.${q(name)}`;
    return kind === "S"
      ? `SELECT setval(${quoteLiteral(object)}, 1, false)`
      : `DELETE FROM ${object}`;
  });
  // Rows that refer to each other are removed in any order.
  await db.exec(
    ["SET session_replication_role = replica", ...statements, "RESET session_replication_role"]
      .join(";\n"),
  );
}
