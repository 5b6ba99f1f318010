/** What `gaps` reads: the ledger as it stands, and the types Oura refused. */
import LAST_REFUSALS from "../../../sql/queries/last_refusals.sql" with { type: "text" };
import LEDGER_ENTRIES from "../../../sql/queries/ledger_entries.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";

/** Days that were read, or could not be. */
export type ReadSpan = {
  data_type: string;
  from_day: string;
  to_day: string;
  state: "done" | "failed";
  /** Documents. */
  rows: number;
  error_code: string | null;
  error_message: string | null;
};

/** A data type whose scope seems to be missing. */
export type RefusedType = {
  data_type: string;
  error_code: string | null;
  error_message: string | null;
};

/** The ledger of a wearer, by data type. */
export async function readLedger(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
): Promise<Map<string, ReadSpan[]>> {
  const sql = LEDGER_ENTRIES;
  const { rows } = await db.query<ReadSpan>(sql, [userId, dataTypes]);
  return Map.groupBy(rows, (row) => row.data_type);
}

/** Types that were refused while others were answered, by name. */
export async function readRefusals(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
): Promise<Map<string, RefusedType>> {
  const sql = LAST_REFUSALS;
  const { rows } = await db.query<RefusedType>(sql, [userId, dataTypes]);
  return new Map(rows.map((row) => [row.data_type, row]));
}
