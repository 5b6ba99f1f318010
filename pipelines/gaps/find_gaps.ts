/** `gaps`: the days without data of one wearer, and why. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import { addDays, daysBetween, type DaySpan, earlierDay, isCalendarDate } from "../../lib/days.ts";
import {
  readLedger,
  readRefusals,
  type ReadSpan,
  type RefusedType,
} from "../../lib/db/coverage.ts";
import type { Queryable } from "../../lib/db/database.ts";
import { readRejects, type StoredReject } from "../../lib/db/quarantine.ts";
import { livePipeline } from "../columns/live_pipeline.ts";
import { readState } from "../columns/state.ts";
import { readBelievableLedger } from "../lost_rows.ts";
import { isTimeKeyed } from "../table.ts";
import { valueAt } from "../value_at.ts";
import { daysWithData, localDay, type Offsets, readOffsets } from "./local_days.ts";

/** Why a day has no data. */
export type GapCause =
  /** Nobody asked Oura for it yet. */
  | "never_fetched"
  /** The latest reading failed; `code` and `message` say how. */
  | "failed"
  /** The wearer did not grant the scope. */
  | "scope_missing"
  /** It was read completely, and Oura has nothing. */
  | "no_data"
  /** Oura has something, but it waits in quarantine. */
  | "rejected";

/** Consecutive days of a data type without data, for one reason. */
export interface Gap {
  userId: string;
  dataType: string;
  /** First and last day; null for types without days, such as `personal_info`. */
  from: string | null;
  to: string | null;
  /** How many days; 0 for types without. */
  days: number;
  cause: GapCause;
  code: string | null;
  message: string | null;
}

/** Whose gaps, and where to look. */
export interface GapQuery {
  readonly pipeline: Pipeline;
  readonly userId: string;
  /** Granted scopes; null when nobody knows them. */
  readonly scopes: ReadonlySet<string> | null;
  /** Names of data types. @default All of the pipeline */
  readonly types?: readonly string[];
  /** @default What the configuration wants, or was fetched, whichever is earlier */
  readonly from?: string;
  readonly to: string;
  /** The current UTC day. */
  readonly today: string;
}

/** The gaps of a wearer, by data type in the order of the pipeline, then by day. */
export async function findGaps(db: Queryable, query: GapQuery): Promise<Gap[]> {
  const { pipeline, userId } = query;
  const types = pipeline.types.filter(({ name }) => query.types?.includes(name) ?? true);
  const names = types.map(({ name }) => name);
  const live = livePipeline(pipeline, await readState(db)).types;
  const recorded = await readLedger(db, userId, names);
  const ledger = await readBelievableLedger(db, userId, types, recorded);
  const refusals = await readRefusals(db, userId, names);
  const rejects = Map.groupBy(
    await readRejects(db, { userId, dataTypes: names }),
    (reject) => reject.dataType,
  );
  const spans = new Map(types.map((type) => [type, spanOf(type, query, ledger.get(type.name))]));
  const earliest = [...spans.values()].reduce((day, { from }) => earlierDay(day, from), query.to);
  // A day more on either side, for instants near its ends.
  const around = { from: addDays(earliest, -1), to: addDays(query.to, 1) };
  const offsets = await readOffsets(db, userId, live, around);

  const gaps: Gap[] = [];
  for (const type of types) {
    const read = ledger.get(type.name) ?? [];
    const denied = missingScope(type, query.scopes, refusals.get(type.name));
    const table = live.find(({ name }) => name === type.name);
    const why = (day: string | null) => causeOf(day, read, denied);
    if (type.window.by === "none") {
      const reason = why(null);
      const empty = read.every(({ rows }) => rows === 0);
      if (reason.cause === "no_data" && !empty) continue;
      const place = { userId, dataType: type.name, from: null, to: null, days: 0 };
      gaps.push({ ...place, ...reason });
      continue;
    }
    const dated = table !== undefined && (table.day !== null || isTimeKeyed(table));
    const span = spans.get(type)!;
    const present = dated ? await daysWithData(db, userId, table, span, offsets) : new Set();
    const quarantined = daysOfRejects(type, rejects.get(type.name) ?? [], offsets);
    for (let day = span.from; day <= span.to; day = addDays(day, 1)) {
      if (present.has(day)) continue;
      const reason = quarantined.get(day) ?? why(day);
      // Of a table without days, a reading is all that can be asked for.
      if (!dated && reason.cause === "no_data") continue;
      append(gaps, { userId, dataType: type.name, from: day, to: day, days: 1, ...reason });
    }
  }
  return gaps;
}

type Reason = Pick<Gap, "cause" | "code" | "message">;

function spanOf(type: PipelineType, query: GapQuery, read: readonly ReadSpan[] = []): DaySpan {
  const wanted = addDays(query.today, -type.window.initialDays);
  const from = query.from ??
    read.reduce((day, entry) => earlierDay(day, entry.from_day), earlierDay(wanted, query.to));
  return { from, to: query.to };
}

function missingScope(
  type: PipelineType,
  scopes: ReadonlySet<string> | null,
  refusal: RefusedType | undefined,
): Reason | null {
  const cause = "scope_missing";
  if (scopes === null || type.scope === null) {
    if (!refusal) return null;
    return { cause, code: refusal.error_code, message: refusal.error_message };
  }
  if (scopes.has(type.scope)) return null;
  const message = `the scope "${type.scope}" was not granted`;
  return { cause, code: "SCOPE_NOT_GRANTED", message };
}

/** A failure that is still in the ledger is newer than any reading of the same day. */
function causeOf(day: string | null, read: readonly ReadSpan[], denied: Reason | null): Reason {
  const covering = read.filter((entry) =>
    day === null || (entry.from_day <= day && day <= entry.to_day)
  );
  const failed = covering.find(({ state }) => state === "failed");
  if (failed) {
    if (denied) return denied;
    return { cause: "failed", code: failed.error_code, message: failed.error_message };
  }
  if (covering.length > 0) return { cause: "no_data", code: null, message: null };
  return denied ?? { cause: "never_fetched", code: null, message: null };
}

/** Days with documents in quarantine. The reasons hold no values. */
function daysOfRejects(
  type: PipelineType,
  rejects: readonly StoredReject[],
  offsets: Offsets,
): Map<string, Reason> {
  const days = new Map<string, Reason>();
  for (const reject of rejects) {
    const document: unknown = JSON.parse(reject.document);
    const value = valueAt(document, (type.day ?? "timestamp").split("."));
    if (typeof value !== "string") continue;
    const day = type.day === null ? localDay(value, offsets) : value;
    if (day === null || !isCalendarDate(day)) continue;
    const at = reject.path ? ` at ${reject.path}` : "";
    const message = `quarantined${at}: ${reject.reason}`;
    days.set(day, { cause: "rejected", code: "REJECTED", message });
  }
  return days;
}

/** Days in a row with the same reason are one gap. */
function append(gaps: Gap[], gap: Gap & { from: string }): void {
  const last = gaps.at(-1);
  const same = last && last.to !== null && last.dataType === gap.dataType &&
    last.cause === gap.cause && last.code === gap.code && last.message === gap.message &&
    daysBetween(last.to, gap.from) === 1;
  if (!same) {
    gaps.push(gap);
    return;
  }
  last.to = gap.to;
  last.days++;
}
