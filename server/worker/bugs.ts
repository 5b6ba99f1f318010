/**
 * Bugs in a worker. It runs for months, and for many wearers: a bug in one of its parts is logged, so
 * that it can be reported, and the other parts go on.
 */
import { DatabaseError, EXIT, OuraSyncError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";

/** What is wrong; of a bug only where, because its message may quote a document. */
export function problemOf(error: unknown): string {
  if (error instanceof OuraSyncError) return error.message;
  if (!(error instanceof Error)) return "a bug";
  const frame = error.stack?.split("\n").find((line) => line.trimStart().startsWith("at "));
  return `a bug: ${error.name} ${frame?.trim() ?? ""}`.trimEnd();
}

/** A bug in the work of one wearer, which waits like any other failure. */
export class WearerBug extends OuraSyncError {
  readonly exitCode = EXIT.bug;

  constructor(cause: unknown) {
    super("BUG", problemOf(cause), { cause });
  }
}

/** Whether an error is none of ours. */
export function isBug(error: unknown): boolean {
  return !(error instanceof OuraSyncError);
}

/** The parts of a worker's round, of which each goes on when another one has a bug. */
export class Parts {
  /** The bug of each part that has one; told once. */
  readonly #told = new Map<string, string>();

  /**
   * Runs a part. A bug is logged, once for as long as it is the same.
   * @throws {OuraSyncError} What is no bug.
   */
  async run(name: string, part: () => Promise<void>): Promise<void> {
    try {
      await part();
      this.#told.delete(name);
    } catch (error) {
      if (!isBug(error)) throw error;
      const problem = problemOf(error);
      if (this.#told.get(name) === problem) return;
      this.#told.set(name, problem);
      tellBug(name, error);
    }
  }
}

/** Logs a bug of a part. */
export function tellBug(name: string, error: unknown): void {
  const facts = { name, problem: problemOf(error) };
  loggerOf("worker").error(
    "Please report this. The worker goes on without {name}: {problem}",
    facts,
  );
}

/** A database that is away for a while must not end the worker. */
export async function waitOutages(round: () => Promise<void>): Promise<void> {
  try {
    await round();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    loggerOf("worker").warn("The worker cannot reach the database, and tries again: {problem}", {
      problem: error.message,
    });
  }
}
