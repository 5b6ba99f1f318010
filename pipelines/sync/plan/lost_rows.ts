/** The ledger held against the tables, for those who plan and those who report. */
import type { PipelineType } from "../../../config/model.ts";
import type { ReadSpan, TypeCoverage } from "../../../lib/db/store/ledger.ts";
import type { Database, Queryable } from "../../../lib/db/driver/database.ts";
import {
  type CountOptions,
  findLostRows,
  keepFindings,
  type LostWindow,
  ROWS_MISSING,
} from "../../../lib/db/store/lost_rows.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import type { CountedTable } from "../../../lib/db/store/stored_rows.ts";
import { daysBetween } from "../../../lib/values/days.ts";
import { loggerOf } from "../../../lib/log/log.ts";
import { isTimeKeyed } from "../../stages/table.ts";

/** How the rows of a data type are counted. */
export function countedTable(type: PipelineType): CountedTable {
  const { name: dataType, table } = type;
  if (type.window.by === "none") return { dataType, table, extent: "whole" };
  if (isTimeKeyed(type)) return { dataType, table, extent: "timestamp" };
  return { dataType, table, extent: type.day === null ? "whole" : "day" };
}

/**
 * Reopens the windows whose rows are gone, so that what is planned next reads them again.
 * @param isStored Whether the wearer's sign-in is stored.
 * @returns Those windows.
 */
export async function reopenLostWindows(
  db: Database,
  userId: string,
  types: readonly PipelineType[],
  isStored: boolean,
): Promise<readonly LostWindow[]> {
  const findings = await retryTransaction(db, async (tx) => {
    const found = await findLostRows(tx, userId, types.map(countedTable));
    await keepFindings(tx, userId, found, isStored);
    return found;
  });
  for (const [dataType, windows] of Map.groupBy(findings.lost, (window) => window.dataType)) {
    const days = windows.reduce((sum, { from, to }) => sum + daysBetween(from, to) + 1, 0);
    loggerOf("sync").warn(
      "{dataType}: rows that were loaded are no longer in the table; reading {days} days again",
      { dataType, days },
    );
  }
  return findings.lost;
}

/** For a dry run, which may not write: what a sync would know after reopening these windows. */
export async function foreseeLostWindows(
  db: Queryable,
  userId: string,
  types: readonly PipelineType[],
  coverage: ReadonlyMap<string, TypeCoverage>,
): Promise<void> {
  const { lost } = await findLostRows(db, userId, types.map(countedTable));
  for (const { dataType, from, to } of lost) coverage.get(dataType)!.failed.push({ from, to });
}

/** The ledger as `gaps` may believe it: windows whose rows are gone count as failed. */
export async function readBelievableLedger(
  db: Queryable,
  userId: string,
  types: readonly PipelineType[],
  ledger: ReadonlyMap<string, ReadSpan[]>,
  options: CountOptions,
): Promise<Map<string, ReadSpan[]>> {
  const { lost } = await findLostRows(db, userId, types.map(countedTable), options);
  const gone = new Set(lost.map(({ dataType, from, to }) => `${dataType} ${from} ${to}`));
  const { code, message } = ROWS_MISSING;
  const judge = (span: ReadSpan): ReadSpan =>
    span.state === "done" && gone.has(`${span.data_type} ${span.from_day} ${span.to_day}`)
      ? { ...span, state: "failed", error_code: code, error_message: message }
      : span;
  return new Map([...ledger].map(([dataType, spans]) => [dataType, spans.map(judge)]));
}
