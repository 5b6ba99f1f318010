/** What the tables hold of one wearer: how much, since when, and up to when. */
import type { PipelineType } from "../../config/model.ts";
import { addDays } from "../../lib/values/days.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { isTimeKeyed } from "../../pipelines/stages/table.ts";

/** What the table of a data type holds. */
export interface Holding {
  dataType: string;
  /** Rows, with those of documents that Oura deleted; null where they were not counted. */
  rows: number | null;
  /**
   * Day of the first and of the newest document that Oura still returns, or the instant in UTC for
   * samples; null without documents, and for types without days. Days of the future do not count.
   */
  first: string | null;
  newest: string | null;
}

/** What is read of a table. */
export interface HoldingOptions {
  /** Whether the rows are counted, which takes its time with millions of them. @default true */
  readonly counted?: boolean;
}

/**
 * Reads the holdings of the data types, in their order.
 * @param types Their tables exist.
 * @param today The current UTC day.
 */
export async function readHoldings(
  db: Queryable,
  userId: string,
  types: readonly PipelineType[],
  today: string,
  { counted = true }: HoldingOptions = {},
): Promise<Holding[]> {
  if (types.length === 0) return [];
  const { rows } = await db.query<{ place: number } & Omit<Holding, "dataType">>(
    `${
      types.map((type, place) => select(type, place, counted)).join("\nUNION ALL ")
    }\nORDER BY place`,
    [userId, addDays(today, 1)],
  );
  return rows.map(({ place, ...holding }) => ({ dataType: types[place]!.name, ...holding }));
}

/** Each number in a query of its own, so that each can be read from an index. */
function select(type: PipelineType, place: number, counted: boolean): string {
  const table = `oura.${q(type.table)}`;
  const live = `FROM ${table} WHERE user_id = $1 AND deleted_at IS NULL`;
  const rows = counted
    ? `SELECT count(*)::int FROM ${table} WHERE user_id = $1`
    : "SELECT NULL::int";
  let [first, newest] = ["SELECT NULL::text", "SELECT NULL::text"];
  if (isTimeKeyed(type)) {
    const text = (bound: string) =>
      `to_char(${bound}("timestamp") AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
    first = `SELECT ${text("min")} ${live}`;
    newest = `SELECT ${text("max")} ${live}
      AND "timestamp" < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'`;
  } else if (type.day !== null) {
    first = `SELECT min(day)::text ${live}`;
    newest = `SELECT max(day)::text ${live} AND day <= $2::date`;
  }
  return `SELECT ${place} AS place, (${rows}) AS rows, (${first}) AS first, (${newest}) AS newest
    WHERE $2::date IS NOT NULL`;
}
