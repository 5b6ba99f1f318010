/** The ledger of what was read: which days of which data type, when, and with what outcome. */
import type { DaySpan } from "../../values/days.ts";
import COVERAGE from "../../../sql/queries/coverage.sql" with { type: "text" };
import LAST_REFUSALS from "../../../sql/queries/last_refusals.sql" with { type: "text" };
import LEDGER_ENTRIES from "../../../sql/queries/ledger_entries.sql" with { type: "text" };
import RECORD_SNAPSHOT from "../../../sql/queries/record_snapshot.sql" with { type: "text" };
import RECORD_WINDOW from "../../../sql/queries/record_window.sql" with { type: "text" };
import type { Queryable } from "../driver/database.ts";

/** What the ledger knows of a data type; each list is merged and in order. */
export interface TypeCoverage {
  /** Days that were read completely. */
  read: DaySpan[];
  /** Days that were read completely on the current UTC day. */
  readToday: DaySpan[];
  /** Days that need no further reading. */
  settled: DaySpan[];
  /** Days whose last reading failed. */
  failed: DaySpan[];
}

/** A data type and how long, in days, its days are read again. */
export interface RereadRule {
  dataType: string;
  /** Because Oura may still change them. */
  lookbackDays: number;
  /** Because data may still arrive for them. */
  lateDays: number;
}

/** An entry of the ledger. */
export interface LedgerEntry extends DaySpan {
  userId: string;
  dataType: string;
  state: "done" | "failed";
  /** Documents the window held. */
  rows: number;
  fetchedAt: Date;
  runId: number | null;
  /**
   * The newest day of data the ring had delivered by this reading: of the type itself for a time
   * series, of anything for the others; null when nothing was.
   */
  deliveredTo?: string | null;
  error?: { code: string; message: string };
  /** True for types without a range, where an entry replaces all previous ones. */
  snapshot: boolean;
}

type SpanRow = { data_type: string; kind: string; from_day: string; to_day: string };

const KINDS: Readonly<Record<string, keyof TypeCoverage>> = {
  read: "read",
  read_today: "readToday",
  settled: "settled",
  failed: "failed",
};

/**
 * What is known of each of the data types; one entry for every type asked for.
 * @param today The current UTC day.
 */
export async function readCoverage(
  db: Queryable,
  userId: string,
  rules: readonly RereadRule[],
  today: string,
): Promise<Map<string, TypeCoverage>> {
  const coverage = new Map<string, TypeCoverage>(
    rules.map(({ dataType }) => [dataType, { read: [], readToday: [], settled: [], failed: [] }]),
  );
  const { rows } = await db.query<SpanRow>(COVERAGE, [
    userId,
    rules.map(({ dataType }) => dataType),
    rules.map(({ lookbackDays }) => lookbackDays),
    rules.map(({ lateDays }) => lateDays),
    today,
  ]);
  for (const { data_type, kind, from_day, to_day } of rows) {
    coverage.get(data_type)![KINDS[kind]!].push({ from: from_day, to: to_day });
  }
  return coverage;
}

/** Records a window, in the transaction that loaded its last page. */
export async function recordWindow(tx: Queryable, entry: LedgerEntry): Promise<void> {
  await tx.query(RECORD_WINDOW, [
    entry.userId,
    entry.dataType,
    entry.from,
    entry.to,
    entry.state,
    entry.rows,
    entry.fetchedAt,
    entry.runId,
    entry.error?.code ?? null,
    entry.error?.message ?? null,
    entry.deliveredTo ?? null,
  ]);
  if (entry.snapshot && entry.state === "done") {
    await tx.query(RECORD_SNAPSHOT, [
      entry.userId,
      entry.dataType,
      entry.from,
    ]);
  }
}

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
  const { rows } = await db.query<ReadSpan>(LEDGER_ENTRIES, [userId, dataTypes]);
  return Map.groupBy(rows, (row) => row.data_type);
}

/** Types that were refused while others were answered, by name. */
export async function readRefusals(
  db: Queryable,
  userId: string,
  dataTypes: readonly string[],
): Promise<Map<string, RefusedType>> {
  const { rows } = await db.query<RefusedType>(LAST_REFUSALS, [userId, dataTypes]);
  return new Map(rows.map((row) => [row.data_type, row]));
}
