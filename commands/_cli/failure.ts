/** A failure as people read it, and as the JSON document of a command that has no result. */
import { ConfigError, formatPath } from "../../config/yaml/problem.ts";
import { OuraSyncError } from "../../lib/errors.ts";
import { qualifyCommands } from "./command_names.ts";

/** What a command that was asked for JSON prints when it has no result. */
export interface FailureDocument {
  error: {
    /** As in docs/troubleshooting.md. */
    code: string;
    message: string;
    hint?: string | undefined;
    /** The mistakes of `oura.yaml`, where it is wrong. */
    problems?: { line: number; column: number; path: string; message: string }[];
  };
  exitCode: number;
}

/** Whether the arguments ask for JSON, be they right or wrong otherwise. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return options.some((arg, i) =>
    arg === "--json" || arg === "--format=json" || (arg === "--format" && options[i + 1] === "json")
  );
}

/** The document of a failure that ended the program. */
export function failureDocument(error: unknown, exitCode: number): FailureDocument {
  return { error: factsOf(error), exitCode };
}

function factsOf(error: unknown): FailureDocument["error"] {
  if (error instanceof OuraSyncError) {
    const facts = errorFacts(error);
    if (!(error instanceof ConfigError)) return facts;
    const problems = error.problems.map(({ line, column, path, message }) => ({
      line,
      column,
      path: formatPath(path),
      message,
    }));
    return { ...facts, problems };
  }
  // What it says may be anything, so only standard error has it.
  return { code: "BUG", message: "this is a bug; standard error has the lines to report" };
}

/** An expected failure as JSON shows it. The commands in its hint can be copied. */
export function errorFacts({ code, message, hint }: OuraSyncError) {
  return { code, message, hint: hint === undefined ? undefined : qualifyCommands(hint) };
}

/** An expected failure for people: what went wrong, and how to fix it. */
export function describe(error: OuraSyncError): string {
  const { code, message, hint } = errorFacts(error);
  return `oura-sync: ${message} [${code}]${hint === undefined ? "" : `\n  ${hint}`}`;
}
