/**
 * Deleted rows stay in the files of a database until their space is used again. Of the embedded
 * database, whose files belong to the person who forgets, nothing may be left.
 */
import type { Database } from "../../lib/db/driver/database.ts";
import { wearerTables } from "./wearer_tables.ts";

/**
 * Statements that remove what was deleted from the files: the planner's statistics hold frequent
 * values, and the write-ahead log all that was ever written. A switched and checkpointed log is
 * removed, where it is not kept to be overwritten later.
 */
const AFTER_TABLES = [
  "VACUUM FULL pg_catalog.pg_statistic",
  "SET wal_recycle = off",
  "SELECT pg_switch_wal()",
  "CHECKPOINT",
  "SELECT pg_switch_wal()",
  "CHECKPOINT",
  "RESET wal_recycle",
];

/** Rewrites the files of the embedded database without deleted rows; leaves a server alone. */
export async function eraseEmbedded(db: Database): Promise<void> {
  if (db.kind !== "pglite") return;
  const tables = await wearerTables(db);
  const statements = tables.map((table) => `VACUUM (FULL, ANALYZE) ${table}`);
  for (const statement of [...statements, ...AFTER_TABLES]) await db.queryRaw(statement);
}
