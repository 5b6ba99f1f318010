/** How a run ended: per data type, and as one exit code. */
import type { HeldLease } from "../../lib/db/store/leases.ts";
import type { RowCounts } from "../../lib/db/store/runs.ts";
import {
  BusyError,
  EXIT,
  type ExitCode,
  messageOf,
  OuraSyncError,
  OuraUnavailableError,
  PartialError,
} from "../../lib/errors.ts";
import { AccessDeniedError } from "../../lib/oura/errors.ts";
import type { Traffic } from "../../lib/oura/http/request_stats.ts";
import type { ChangedField, NewField } from "../stages/drift.ts";
import { TableTroubleError } from "../errors.ts";

/** Why a data type is left out on purpose: a stable code, and a sentence for people. */
export interface LeftOut {
  readonly code: string;
  readonly message: string;
}

/** How one data type ended. */
export interface TypeOutcome {
  readonly dataType: string;
  /**
   * `done`: all that was to fetch is in. `failed`: `error` says why. `skipped`: left out on purpose,
   * `reason` says why. `busy`: another process is syncing it.
   */
  state: "done" | "failed" | "skipped" | "busy";
  readonly counts: RowCounts;
  /** Windows completed and asked for. */
  windows: { done: number; total: number };
  error?: OuraSyncError;
  /** The run ended before this type did, for the reason in `error`: one cause for all such types. */
  stopped?: true;
  reason?: string;
  /** The code of `reason`. */
  reasonCode?: string;
  /** With which status Oura refused a data type that is left out since. */
  httpStatus?: number;
  /** Fields that arrived and the catalog does not know. */
  newFields?: readonly NewField[];
  /** Fields that are missing, or not of the kind the catalog says. */
  changedFields?: readonly ChangedField[];
  /** Who is at it, when busy. */
  holder?: HeldLease;
}

/** What a sync reports. */
export interface SyncReport {
  /** Null for a dry run. */
  readonly runId: number | null;
  readonly userId: string;
  readonly types: readonly TypeOutcome[];
  readonly counts: RowCounts;
  readonly traffic: Traffic;
  readonly durationMs: number;
  /** Exit code of the command line; one of `EXIT`. */
  readonly exitCode: ExitCode;
  /** What the exit code stands for, when it is not 0. */
  readonly error: OuraSyncError | null;
}

/** The verdict over all types of a run: null when nothing is wrong. */
export function verdict(types: readonly TypeOutcome[]): OuraSyncError | null {
  const failed = types.filter(({ state }) => state === "failed");
  const done = types.some(({ state }) => state === "done");
  if (failed.length === 0) {
    const busy = types.filter(({ state }) => state === "busy");
    return busy.length > 0 && !done ? allBusy(busy) : null;
  }
  const errors = failed.map(({ error }) => error!);
  const fatal = errors.find(({ exitCode }) => exitCode === EXIT.signIn) ??
    errors.find(({ exitCode }) => exitCode === EXIT.database);
  if (fatal) return fatal;
  // No table takes anything: the trouble is not of one table.
  if (!done && errors.length > 1 && errors.every((error) => error instanceof TableTroubleError)) {
    return errors[0]!.trouble;
  }
  if (!done && errors.every((error) => error instanceof OuraUnavailableError)) return errors[0]!;
  return new TypesFailedError(failed);
}

/** Some data types failed; what could be loaded is in. */
export class TypesFailedError extends PartialError {
  constructor(failed: readonly TypeOutcome[]) {
    const names = failed.map(({ dataType }) => dataType).join(", ");
    const hint = failed.find(({ error }) => error?.hint)?.error?.hint;
    super("TYPES_FAILED", `Failed: ${names}. No other data type did.`, {
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Whether Oura denied access to every type it was asked for. */
export function deniedEverywhere(types: readonly TypeOutcome[]): boolean {
  const asked = types.filter(({ state }) => state === "done" || state === "failed");
  return asked.length > 0 && asked.every(({ error }) => error instanceof AccessDeniedError);
}

function allBusy(busy: readonly TypeOutcome[]): BusyError {
  const { holder, dataType } = busy[0]!;
  const who = holder ? `${holder.holder} since ${holder.since.toISOString()}` : "another process";
  return new BusyError("ALL_BUSY", `All of it is being synced by ${who} (${dataType} and others)`, {
    hint:
      "Nothing to do: that process brings the same data. Its lease expires by itself if it died.",
  });
}

/** Marks a data type as not done because the run ended. A failure of its own that it had is kept. */
export function stopType(outcome: TypeOutcome, error: OuraSyncError): void {
  if (outcome.state !== "done") return;
  Object.assign(outcome, { state: "failed", error, stopped: true });
}

/** Marks a data type as left out on purpose. */
export function leaveOut(outcome: TypeOutcome, { code, message }: LeftOut): void {
  Object.assign(outcome, { state: "skipped", reason: message, reasonCode: code });
}

/** Any failure as one a person can be told; a bug stays a bug and is rethrown. */
export function asOuraSyncError(error: unknown): OuraSyncError {
  if (error instanceof OuraSyncError) return error;
  throw error instanceof Error ? error : new Error(messageOf(error));
}
