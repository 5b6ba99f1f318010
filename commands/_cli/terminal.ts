/** Everything a command says or hears goes through here, so that streams mean what they promise. */

import { UsageError } from "../../lib/errors.ts";
import { visibleLines } from "../../lib/values/visible.ts";

/**
 * How a text is written: `visible` (the default) spells out what would steer a terminal, `verbatim`
 * changes nothing.
 */
export type Writing = "visible" | "verbatim";

/** The outside world of a command. */
export interface Io {
  /** Results, and nothing but results. Adds a line feed. */
  out(text: string, writing?: Writing): void;
  /** Everything else: progress, notices, errors. Adds a line feed. */
  err(text: string, writing?: Writing): void;
  /** Whether a person reads standard output. */
  readonly outIsTerminal: boolean;
  /** Whether a person reads standard error. */
  readonly errIsTerminal: boolean;
  /** Whether a person can be asked. */
  readonly inIsTerminal: boolean;
  /** A variable of the real environment. */
  env(name: string): string | undefined;
  /** Sets the code the program will exit with. */
  setExitCode(code: number): void;
}

/** The same world, to which nothing unasked-for is sent but text that can be seen. */
export function visibly<World extends Io>(outside: World): World {
  const written = (text: string, writing: Writing = "visible") =>
    writing === "verbatim" ? text : visibleLines(text);
  return {
    ...outside,
    out: (text, writing) => outside.out(written(text, writing)),
    err: (text, writing) => outside.err(written(text, writing)),
  };
}

/** Whether standard error is a terminal that can move its cursor and show colours. */
export function canDraw(io: Io): boolean {
  return io.errIsTerminal && io.env("TERM") !== "dumb";
}

const encoder = new TextEncoder();

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += stream.writeSync(bytes.subarray(written));
    } catch (error) {
      // The reader went away, as `head` does: there is nobody left to tell.
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (!(error instanceof Deno.errors.WouldBlock)) throw unwritable(error);
    }
  }
}

function unwritable(cause: unknown): UsageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UsageError("OUTPUT_UNWRITABLE", `the output cannot be written: ${reason}`, {
    hint: "Look at the disk or the program it is redirected to.",
    cause,
  });
}

/** The process's own streams and environment. */
export const systemIo: Io = {
  out: (text) => write(Deno.stdout, `${text}\n`),
  err: (text) => {
    try {
      write(Deno.stderr, `${text}\n`);
    } catch {
      // There is no other place to complain, and the work must not end because nobody can read of it.
    }
  },
  outIsTerminal: Deno.stdout.isTerminal(),
  errIsTerminal: Deno.stderr.isTerminal(),
  inIsTerminal: Deno.stdin.isTerminal(),
  env: (name) => Deno.env.get(name),
  setExitCode: (code) => Deno.exitCode = code,
};
