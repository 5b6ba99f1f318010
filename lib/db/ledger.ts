/** The ledger of what was read: which days of which data type, when, and with what outcome. */
import type { DaySpan } from "../days.ts";
import FAILED_SPANS from "../../sql/queries/failed_spans.sql" with { type: "text" };
import RECORD_SNAPSHOT from "../../sql/queries/record_snapshot.sql" with { type: "text" };
import RECORD_WINDOW from "../../sql/queries/record_window.sql" with { type: "text" };
import SETTLED_SPANS from "../../sql/queries/settled_spans.sql" with { type: "text" };
import type { Queryable } from "./database.ts";
import { inSchema } from "./identifiers.ts";

/** What the ledger knows of a data type. */
export interface TypeCoverage {
  /** Days that need no further reading; merged, in order. */
  settled: DaySpan[];
  /** Days whose last reading failed. */
  failed: DaySpan[];
}

/** A data type and how long, in days, its days may still change. */
export interface LookbackOf {
  dataType: string;
  lookbackDays: number;
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
  error?: { code: string; message: string };
  /** True for types without a range, where an entry replaces all former ones. */
  snapshot: boolean;
}

type SpanRow = { data_type: string; from_day: string; to_day: string };

/** What is known of each of the data types; one entry for every type asked for. */
export async function readCoverage(
  db: Queryable,
  userId: string,
  types: readonly LookbackOf[],
): Promise<Map<string, TypeCoverage>> {
  const names = types.map(({ dataType }) => dataType);
  const coverage = new Map(
    names.map((name) => [name, { settled: [], failed: [] } as TypeCoverage]),
  );
  const settled = await db.query<SpanRow>(inSchema(SETTLED_SPANS, db.schema), [
    userId,
    names,
    types.map(({ lookbackDays }) => lookbackDays),
  ]);
  const failed = await db.query<SpanRow>(inSchema(FAILED_SPANS, db.schema), [userId, names]);
  for (const row of settled.rows) coverage.get(row.data_type)!.settled.push(spanOf(row));
  for (const row of failed.rows) coverage.get(row.data_type)!.failed.push(spanOf(row));
  return coverage;
}

/** Records a window, in the transaction that loaded its last page. */
export async function recordWindow(tx: Queryable, entry: LedgerEntry): Promise<void> {
  await tx.query(inSchema(RECORD_WINDOW, tx.schema), [
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
  ]);
  if (entry.snapshot && entry.state === "done") {
    await tx.query(inSchema(RECORD_SNAPSHOT, tx.schema), [
      entry.userId,
      entry.dataType,
      entry.from,
    ]);
  }
}

function spanOf(row: SpanRow): DaySpan {
  return { from: row.from_day, to: row.to_day };
}
