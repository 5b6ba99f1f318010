/** One query of a person's own, run so that it cannot change anything. */
import { UsageError } from "../../errors.ts";
import type { Database, QueryResult, Transaction } from "./database.ts";
import { withRollback } from "./with_rollback.ts";

/** What a cursor takes. Source: PostgreSQL manual, DECLARE. */
const QUERY = /^(select|values|table|with)\b/i;
/** Blanks, comments and parentheses before the first word. Block comments may not nest here. */
const BEFORE_FIRST_WORD = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/|\()+/;

/**
 * Runs one query through a cursor, which takes nothing but queries, in a read-only transaction that
 * is rolled back. A superuser reads as `pg_read_all_data` where the server has that role: the
 * functions that write files on the server, such as `lo_export`, heed neither.
 * @throws {UsageError} `NOT_A_QUERY` for every other kind of statement.
 * @throws {DatabaseError} What the database says, such as for several statements at once.
 */
export async function readQuery(db: Database, sql: string): Promise<QueryResult> {
  let result: QueryResult = { rows: [], columns: [], rowCount: 0 };
  await readQueryInBatches(db, sql, ({ rows, columns }) => {
    for (const row of rows) result.rows.push(row);
    result = { rows: result.rows, columns, rowCount: result.rows.length };
  });
  return result;
}

/**
 * The same for a result of any length: `use` gets it a batch at a time, the first one even when it
 * is empty, and memory does not grow with the result.
 */
export async function readQueryInBatches(
  db: Database,
  sql: string,
  use: (batch: QueryResult) => void | Promise<void>,
): Promise<void> {
  if (!QUERY.test(sql.replace(BEFORE_FIRST_WORD, ""))) {
    throw new UsageError("NOT_A_QUERY", "`query` runs one SELECT, VALUES, TABLE or WITH", {
      hint: "For any other statement, use psql or another client.",
    });
  }
  await withRollback(db, async (tx) => {
    await tx.exec("SET TRANSACTION READ ONLY; SET LOCAL cursor_tuple_fraction = 1");
    await dropPrivileges(tx);
    for await (const batch of tx.streamRaw(sql)) await use(batch);
  });
}

async function dropPrivileges(tx: Transaction): Promise<void> {
  const { rows } = await tx.query(
    `SELECT 1 FROM pg_roles WHERE rolname = 'pg_read_all_data'
      AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`,
  );
  if (rows.length > 0) await tx.exec("SET LOCAL ROLE pg_read_all_data");
}
