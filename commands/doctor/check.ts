/** One line of `doctor`. */
import { type ExitCode, messageOf, OuraSyncError } from "../../lib/errors.ts";

/** What a check found. */
export interface Finding {
  /** What was checked, in a word or two. */
  readonly subject: string;
  /** `warn` is worth knowing, and no reason to fail. */
  readonly state: "ok" | "warn" | "fail";
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Exit code of a failure. */
  readonly exitCode?: ExitCode;
}

/** A check that went well. */
export function ok(subject: string, message: string): Finding {
  return { subject, state: "ok", message };
}

/** Something worth knowing. */
export function warn(subject: string, message: string, hint: string): Finding {
  return { subject, state: "warn", message, hint };
}

/** Something that must be fixed, as the program itself would report it. */
export function failed(subject: string, error: unknown): Finding {
  if (!(error instanceof OuraSyncError)) throw error;
  return {
    subject,
    state: "fail",
    message: messageOf(error),
    exitCode: error.exitCode,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

/** Runs a check and turns an expected failure into its line. */
export async function attempt(
  subject: string,
  body: () => Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await body()].flat();
  } catch (error) {
    return [failed(subject, error)];
  }
}
