/**
 * The errors a person can meet. Each carries a stable `code` for machines, the exit code of the
 * command line, and a `hint` that says how to fix it. Anything else that reaches the top is a bug.
 */
import type { ErrorCode } from "./error_codes/codes.ts";

/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  signIn: 3,
  partial: 4,
  database: 5,
  oura: 6,
  busy: 75,
} as const;

/** One of {@linkcode EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** From the failure that needs a person most to the one that the next run may fix by itself. */
const BY_GRAVITY: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.signIn,
  EXIT.database,
  EXIT.usage,
  EXIT.oura,
  EXIT.partial,
];

/**
 * The exit code of work that failed in several ways.
 * @returns The gravest of `codes`; 0 when there is none. 75 (busy) is not a failure and counts as 0.
 */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return BY_GRAVITY.find((code) => codes.includes(code)) ?? EXIT.done;
}

/** Options shared by every {@linkcode OuraSyncError}. */
export interface HintOptions {
  /** How to fix it, as an instruction to the person reading. */
  hint?: string | undefined;
  /** The lower-level failure this error stands for. */
  cause?: unknown;
}

/** Base of all expected failures. Never thrown itself: the subclasses say what went wrong. */
export abstract class OuraSyncError extends Error {
  abstract readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  /**
   * @param code Stable; its cause and fix are in `ERROR_CODES`.
   * @param message What went wrong and where. Never a secret, never a health value.
   */
  constructor(readonly code: ErrorCode, message: string, options: HintOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** A wrong option, argument, environment variable or configuration file. Raised before any work. */
export class UsageError extends OuraSyncError {
  override readonly exitCode: ExitCode = EXIT.usage;
}

/** The stored grant is dead or missing; only the wearer can replace it, by signing in again. */
export class SignInError extends OuraSyncError {
  override readonly exitCode: ExitCode = EXIT.signIn;
}

/** The run ended, its good rows are in, but a data type failed or too many documents were rejected. */
export class PartialError extends OuraSyncError {
  override readonly exitCode: ExitCode = EXIT.partial;
}

/** The database is unreachable, refuses the work or broke while at it. */
export class DatabaseError extends OuraSyncError {
  override readonly exitCode: ExitCode = EXIT.database;
}

/** Oura is unreachable, answers nonsense, or limits the rate beyond our patience. */
export class OuraUnavailableError extends OuraSyncError {
  override readonly exitCode: ExitCode = EXIT.oura;
}

/** Another process holds every lease this run needs. */
export class BusyError extends OuraSyncError {
  override readonly exitCode: ExitCode = EXIT.busy;
}

/** The text of anything thrown, for messages and logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
