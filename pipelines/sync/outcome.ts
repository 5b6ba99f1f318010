/** How a run ended: per data type, and as one exit code. */
import type { ErrorCode } from "../../lib/error_codes/codes.ts";
import type { HeldLease } from "../../lib/db/store/leases.ts";
import { noRows, type RowCounts } from "../../lib/db/store/runs.ts";
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

/** Why a data type is skipped: a stable code, and a sentence for people. */
export interface SkipReason {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a data type got done, however it ended. */
export interface TypeProgress {
  readonly dataType: string;
  readonly counts: RowCounts;
  /** Windows completed, and windows to fetch. */
  readonly windows: { readonly done: number; readonly total: number };
  /** Fields that arrived and that the catalog does not know. */
  readonly newFields?: readonly NewField[];
  /** Fields that are missing, or not of the kind the catalog says. */
  readonly changedFields?: readonly ChangedField[];
}

/** All windows of a data type are loaded. */
export interface Done {
  readonly state: "done";
  readonly error?: undefined;
  readonly stopped?: undefined;
}

/** A data type failed. */
export interface Failed {
  readonly state: "failed";
  readonly error: OuraSyncError;
  /** The run ended before this type did, for the reason in `error`: one cause for all such types. */
  readonly stopped?: true | undefined;
}

/** A data type was not asked for. */
export interface Skipped {
  readonly state: "skipped";
  readonly reason: string;
  /** The code of `reason`. */
  readonly reasonCode: ErrorCode;
  /** The status with which Oura refused the data type, if it was asked. */
  readonly httpStatus?: number;
  readonly error?: undefined;
  readonly stopped?: undefined;
}

/** Another process is syncing the data type. */
export interface Busy {
  readonly state: "busy";
  readonly holder: HeldLease;
  readonly error?: undefined;
  readonly stopped?: undefined;
}

/** How a data type ended. */
export type Ending = Done | Failed | Skipped | Busy;

/** How one data type ended, and what it got done. */
export type TypeOutcome = TypeProgress & Ending;

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
  const failed = types.filter((type) => type.state === "failed");
  const done = types.some(({ state }) => state === "done");
  if (failed.length === 0) {
    const busy = types.filter((type) => type.state === "busy");
    return busy.length > 0 && !done ? allBusy(busy) : null;
  }
  const errors = failed.map(({ error }) => error);
  const fatal = errors.find(({ exitCode }) => exitCode === EXIT.signIn) ??
    errors.find(({ exitCode }) => exitCode === EXIT.database);
  if (fatal) return fatal;
  // No table takes anything: the trouble is not of one table.
  if (!done && errors.length > 1 && errors.every((error) => error instanceof TableTroubleError)) {
    return errors[0]!.trouble;
  }
  if (!done && errors.every((error) => error instanceof OuraUnavailableError)) return errors[0]!;
  return new TypesFailedError(failed, types.length);
}

/** Some data types failed; what could be loaded is in. */
export class TypesFailedError extends PartialError {
  constructor(failed: readonly (TypeProgress & Failed)[], all: number) {
    const names = failed.map(({ dataType }) => dataType).join(", ");
    const hint = failed.find(({ error }) => error.hint)?.error.hint;
    super("TYPES_FAILED", `${failed.length} of ${all} data types failed: ${names}.`, {
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Whether Oura denied access to every type it was asked for. */
export function deniedEverywhere(types: readonly TypeOutcome[]): boolean {
  const asked = types.filter(({ state }) => state === "done" || state === "failed");
  return asked.length > 0 && asked.every(({ error }) => error instanceof AccessDeniedError);
}

function allBusy(busy: readonly (TypeProgress & Busy)[]): BusyError {
  const { holder, since } = busy[0]!.holder;
  return new BusyError(
    "ALL_BUSY",
    `Another process (${holder}, since ${since.toISOString()}) is already syncing all requested ` +
      "data types",
    { hint: "No action needed: it loads the same data. If it died, its lease expires by itself." },
  );
}

/** The outcome of a data type that is skipped without being asked for. */
export function skippedType(dataType: string, why: SkipReason): TypeOutcome {
  return { ...nothingDone(dataType), ...skip(why) };
}

/** The outcome of a data type that another process is syncing. */
export function busyType(holder: HeldLease, windows: number): TypeOutcome {
  return { ...nothingDone(holder.dataType, windows), state: "busy", holder };
}

/** A data type before its first window. */
export function nothingDone(dataType: string, windows = 0): TypeProgress {
  return { dataType, counts: noRows(), windows: { done: 0, total: windows } };
}

/** The ending of a data type that is skipped. */
export function skip({ code, message }: SkipReason): Skipped {
  return { state: "skipped", reason: message, reasonCode: code };
}

/** An expected failure as it is; anything else is a bug and is thrown. */
export function asOuraSyncError(error: unknown): OuraSyncError {
  if (error instanceof OuraSyncError) return error;
  throw error instanceof Error ? error : new Error(messageOf(error));
}
