/** From what is asked and what is known of a wearer to the windows of each data type. */
import type { PipelineType, ServedType } from "../../../config/model.ts";
import { addDays, subtractSpans, utcDay } from "../../../lib/values/days.ts";
import type { Queryable } from "../../../lib/db/driver/database.ts";
import { readCoverage } from "../../../lib/db/store/ledger.ts";
import type { Askable } from "./askable.ts";
import { emptyStretches } from "./empty_stretches.ts";
import { foreseeLostWindows } from "./lost_rows.ts";
import { isTimeKeyed } from "../../stages/table.ts";
import { type Demand, type Window, windowsToFetch } from "./windows.ts";

/** A data type with its windows to fetch, newest first. */
export interface TypeJob {
  readonly type: ServedType;
  readonly windows: readonly Window[];
  /** Whether no scope tells if Oura gives the type, so that a refusal is an answer, not a failure. */
  readonly isProbe: boolean;
}

/** Options of {@linkcode planJobs}. */
export interface PlanOptions {
  readonly now: Date;
  /** Nothing may be written: windows whose rows are gone are only foreseen, not reopened. */
  readonly dryRun: boolean;
  /** Windows that may be in flight at once. */
  readonly lanes: number;
}

/** The windows to fetch of each data type, newest first. */
export async function planJobs(
  db: Queryable,
  userId: string,
  { types, probed }: Pick<Askable, "types" | "probed">,
  demand: Demand,
  { now, dryRun, lanes }: PlanOptions,
): Promise<TypeJob[]> {
  const today = utcDay(now);
  const coverage = await readCoverage(db, userId, types.map(rereadRule), today);
  if (dryRun) await foreseeLostWindows(db, userId, types, coverage);
  const jobs: TypeJob[] = [];
  for (const type of types) {
    const ledger = coverage.get(type.name)!;
    const late = { from: addDays(today, -type.window.lateDays), to: today };
    const isRead = subtractSpans(late, ledger.readToday).length === 0;
    const empty = isSeries(type)
      ? (isRead ? [] : await emptyStretches(db, userId, type, late))
      : null;
    const known = { ...ledger, empty };
    jobs.push({
      type,
      isProbe: probed.has(type.name),
      windows: windowsToFetch(type, demand, known, today, lanes),
    });
  }
  return jobs;
}

/** How long the days of a type are read again. */
export function rereadRule({ name, window }: PipelineType) {
  return { dataType: name, lookbackDays: window.lookbackDays, lateDays: window.lateDays };
}

/** Reading a time series again is expensive; of the other types a request holds two months. */
function isSeries(type: PipelineType): boolean {
  return type.window.by === "datetime" && isTimeKeyed(type);
}
