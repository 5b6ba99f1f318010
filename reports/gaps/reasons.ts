/** Why a day of a data type has no data. */
import type { PipelineType } from "../../config/model.ts";
import { type DaySpan, isCalendarDate } from "../../lib/values/days.ts";
import type { ReadSpan, RefusedType } from "../../lib/db/store/ledger.ts";
import type { StoredReject } from "../../lib/db/store/rejects.ts";
import { fieldNames } from "../../lib/values/field_path.ts";
import { scopeStanding } from "../../lib/oura/oauth/scopes.ts";
import { valueAt } from "../../pipelines/stages/value_at.ts";
import { localDay, type Offsets } from "./local_days.ts";

/** Why a day has no data. */
export type GapCause =
  /** Oura was not asked for it yet. */
  | "never_fetched"
  /** The latest reading failed; `code` and `message` say how. */
  | "failed"
  /** The wearer did not grant the scope. */
  | "scope_missing"
  /** It was read, and Oura has nothing yet; the next runs read it again. */
  | "no_data_yet"
  /** It is settled, and Oura has nothing. */
  | "no_data"
  /** Oura has something, but it waits in quarantine. */
  | "rejected";

/** What a grant opens, and the portal that gave it; null where it is not known. */
export interface GrantScopes {
  readonly scopes: ReadonlySet<string> | null;
  readonly portal?: string | null;
}

/** The cause, with the error where there is one. */
export interface Reason {
  readonly cause: GapCause;
  readonly code: string | null;
  readonly message: string | null;
}

/** Why Oura is not asked for a type at all; null when it is. */
export function missingScope(
  type: PipelineType,
  { scopes, portal = null }: GrantScopes,
  refusal: RefusedType | undefined,
): Reason | null {
  const cause = "scope_missing";
  const standing = scopeStanding({ scopes, portal }, type.scope);
  if (standing === "granted") return null;
  // Where the scopes do not tell, Oura's own refusal does.
  if (standing !== "withheld") {
    if (!refusal) return null;
    return { cause, code: refusal.error_code, message: refusal.error_message };
  }
  const message = `the scope "${type.scope}" was not granted`;
  return { cause, code: "SCOPE_NOT_GRANTED", message };
}

/**
 * Why a day is empty, as the ledger tells. A failure that is still in it is newer than any reading
 * of the same day.
 * @param day Null for a type without days.
 */
export function reasonOf(
  day: string | null,
  read: readonly ReadSpan[],
  settled: readonly DaySpan[],
  denied: Reason | null,
): Reason {
  const covering = read.filter((entry) =>
    day === null || (entry.from_day <= day && day <= entry.to_day)
  );
  const failed = covering.find(({ state }) => state === "failed");
  if (failed) {
    if (denied) return denied;
    return { cause: "failed", code: failed.error_code, message: failed.error_message };
  }
  if (covering.length > 0) {
    const isSettled = day === null || settled.some(({ from, to }) => from <= day && day <= to);
    return { cause: isSettled ? "no_data" : "no_data_yet", code: null, message: null };
  }
  return denied ?? { cause: "never_fetched", code: null, message: null };
}

/** Days with documents in quarantine. The reasons hold no values. */
export function daysOfRejects(
  type: PipelineType,
  rejects: readonly StoredReject[],
  offsets: Offsets,
): Map<string, Reason> {
  const days = new Map<string, Reason>();
  for (const reject of rejects) {
    const document: unknown = JSON.parse(reject.document);
    const value = valueAt(document, fieldNames(type.day ?? "timestamp"));
    if (typeof value !== "string") continue;
    const day = type.day === null ? localDay(value, offsets) : value;
    if (day === null || !isCalendarDate(day)) continue;
    const at = reject.path ? ` at ${reject.path}` : "";
    const message = `quarantined${at}: ${reject.reason}`;
    days.set(day, { cause: "rejected", code: "REJECTED", message });
  }
  return days;
}
