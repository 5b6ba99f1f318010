/**
 * Notices rows that are gone from the tables: a table that was dropped, emptied or restored from an
 * older backup. The ledger says which days were read; it must not outlive what they brought.
 *
 * Cheap while nothing is gone: each account says how many rows a table must hold at least, and a
 * whole count of the small tables, or once a day of the large ones, is compared with it. Only where
 * rows are missing, or the table is another one, each window of the ledger is counted.
 */
import type { DaySpan } from "../../values/days.ts";
import KEEP_ACCOUNTS from "../../../sql/queries/keep_row_accounts.sql" with { type: "text" };
import REOPEN_WINDOWS from "../../../sql/queries/reopen_windows.sql" with { type: "text" };
import ROW_ACCOUNTS from "../../../sql/queries/row_accounts.sql" with { type: "text" };
import TABLE_RELATIONS from "../../../sql/queries/table_relations.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";
import { countAll, countDays, type CountedTable } from "./stored_rows.ts";

/** A window of the ledger whose rows are gone. */
export interface LostWindow extends DaySpan {
  readonly id: number;
  readonly dataType: string;
}

/** What the tables hold, held against the ledger. */
export interface RowFindings {
  readonly lost: readonly LostWindow[];
  /** What was counted, for {@linkcode keepFindings}. */
  readonly counted: readonly { dataType: string; rows: number; relation: string | null }[];
}

/** Why a window is to be read again although it was read completely. */
export const ROWS_MISSING = {
  code: "ROWS_MISSING",
  message: "rows that were loaded for these days are no longer in the table; " +
    "the next sync reads the days again",
} as const;

/** What is remembered of a data type, and what its table is now. */
interface Account {
  /** Null before the first count. */
  readonly rows: number | null;
  readonly knownRelation: string | null;
  /** Whether it was counted within a day. */
  readonly recent: boolean;
  /** Null where there is no table. */
  readonly relation: string | null;
  /** Whether row-level security may hide rows from this role. */
  readonly policed: boolean;
}

/** Which tables are counted. A table that was dropped, restored or emptied is counted always. */
export interface CountOptions {
  /**
   * `due`: the small ones, and those of samples where that was not done lately. `all`: those of
   * samples however recently. `small`: never those of samples, which takes a second per million rows.
   * @default "due"
   */
  readonly counted?: "due" | "all" | "small";
}

/** Compares the ledger of a wearer with the rows, and changes nothing. */
export async function findLostRows(
  db: Queryable,
  userId: string,
  tables: readonly CountedTable[],
  { counted: which = "due" }: CountOptions = {},
): Promise<RowFindings> {
  if (tables.length === 0) return { lost: [], counted: [] };
  const accounts = await readAccounts(db, userId, tables);
  const due = tables.filter(({ dataType, extent }) => {
    const { relation, knownRelation, recent, policed } = accounts.get(dataType)!;
    // Rows that a policy hides from this role are not lost.
    if (policed) return false;
    if (extent !== "timestamp") return true;
    // Of a table that was never counted the relation is not known.
    if (which === "small") return knownRelation !== null && relation !== knownRelation;
    return which === "all" || relation !== knownRelation || !recent;
  });
  const there = due.filter(({ dataType }) => accounts.get(dataType)!.relation !== null);
  const counts = await countTables(db, userId, there);
  const counted = due.map(({ dataType }) => ({
    dataType,
    rows: counts.get(dataType) ?? 0,
    relation: accounts.get(dataType)!.relation,
  }));
  const lost: LostWindow[] = [];
  for (const [place, { dataType, rows, relation }] of counted.entries()) {
    const account = accounts.get(dataType)!.rows;
    if (account !== null && rows >= account) continue;
    lost.push(...await lostWindows(db, userId, due[place]!, relation !== null));
  }
  return { lost, counted };
}

/**
 * Reopens the windows whose rows are gone, and remembers what was counted.
 * @param isStored Whether the wearer's sign-in is stored; if so, nothing is remembered after it is gone.
 */
export async function keepFindings(
  tx: Queryable,
  userId: string,
  { lost, counted }: RowFindings,
  isStored: boolean,
): Promise<void> {
  if (lost.length > 0) {
    const ids = lost.map(({ id }) => id);
    const { code, message } = ROWS_MISSING;
    await tx.query(REOPEN_WINDOWS, [ids, code, message, userId]);
  }
  if (counted.length === 0) return;
  await tx.query(KEEP_ACCOUNTS, [
    userId,
    counted.map(({ dataType }) => dataType),
    counted.map(({ rows }) => rows),
    counted.map(({ relation }) => relation),
    isStored,
  ]);
}

async function readAccounts(
  db: Queryable,
  userId: string,
  tables: readonly CountedTable[],
): Promise<Map<string, Account>> {
  const { rows: accounts } = await db.query<
    { data_type: string; rows: number; known_relation: string | null; recent: boolean }
  >(ROW_ACCOUNTS, [userId, tables.map(({ dataType }) => dataType)]);
  const { rows: relations } = await db.query<
    { table_name: string; relation: string; policed: boolean }
  >(TABLE_RELATIONS, [tables.map(({ table }) => table), db.schema]);
  const known = new Map(accounts.map((account) => [account.data_type, account]));
  const found = new Map(relations.map((relation) => [relation.table_name, relation]));
  return new Map(tables.map(({ dataType, table }) => {
    const account = known.get(dataType);
    const relation = found.get(table);
    return [dataType, {
      rows: account?.rows ?? null,
      knownRelation: account?.known_relation ?? null,
      recent: account?.recent ?? false,
      relation: relation?.relation ?? null,
      policed: relation?.policed ?? false,
    }];
  }));
}

async function countTables(
  db: Queryable,
  userId: string,
  tables: readonly CountedTable[],
): Promise<Map<string, number>> {
  if (tables.length === 0) return new Map();
  const counts = tables.map((table, place) =>
    `SELECT ${place} AS place, ${countAll(table)} AS rows`
  );
  const { rows } = await db.query<{ place: number; rows: number }>(
    counts.join("\nUNION ALL "),
    [userId],
  );
  return new Map(rows.map(({ place, rows }) => [tables[place]!.dataType, rows]));
}

/** Windows with fewer rows than they had; of windows without a count, those with no row at all. */
async function lostWindows(
  db: Queryable,
  userId: string,
  table: CountedTable,
  exists: boolean,
): Promise<LostWindow[]> {
  const now = exists ? countDays(table, "w.from_day", "w.to_day") : "0::bigint";
  const sql = `SELECT id, from_day, to_day FROM (
  SELECT w.id, w.from_day, w.to_day, w.rows, w.stored, ${now} AS now
  FROM oura.sync_windows w WHERE w.user_id = $1 AND w.data_type = $2 AND w.state = 'done'
) AS counted
WHERE now < stored OR (stored IS NULL AND rows > 0 AND now = 0)
ORDER BY from_day, to_day`;
  const { rows } = await db.query<{ id: number; from_day: string; to_day: string }>(
    sql,
    [userId, table.dataType],
  );
  return rows.map(({ id, from_day, to_day }) => ({
    id,
    dataType: table.dataType,
    from: from_day,
    to: to_day,
  }));
}
