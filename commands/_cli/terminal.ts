/** The outside world of a command: streams, environment, signals and exit, in one interface. */
import { UsageError } from "../../lib/errors.ts";
import type { SignalSource } from "../../lib/process/interruption.ts";
import { visibleLines } from "../../lib/values/visible.ts";

/**
 * How a text is written: `visible` (the default) spells out what would steer a terminal, `verbatim`
 * changes nothing.
 */
export type Writing = "visible" | "verbatim";

/** What a command reads and writes; tests inject one of their own into `run(args, terminal)`. */
export interface Terminal extends SignalSource {
  /** Writes a result, and nothing but results, to standard output. Adds a line feed. */
  out(text: string, writing?: Writing): void;
  /** Writes a part of a result as it is, such as a piece of a file. Adds nothing. */
  outBytes(bytes: Uint8Array): void;
  /** Writes anything else to standard error: progress, notices, errors. Adds a line feed. */
  err(text: string, writing?: Writing): void;
  /** Writes a question to standard error. Adds no line feed. */
  ask(text: string): void;
  /** Standard input; opened by the first read. */
  readonly input: () => ReadableStream<Uint8Array>;
  /** Whether a person reads standard output. */
  readonly outIsTerminal: boolean;
  /** Whether a person reads standard error. */
  readonly errIsTerminal: boolean;
  /** Whether a person can be asked. */
  readonly inIsTerminal: boolean;
  /** Whether the person wants colours, as `NO_COLOR` says. */
  readonly colours: boolean;
  /** Returns a variable of the real environment. */
  env(name: string): string | undefined;
  /** Returns the path of a file or directory that is named relative to where the command runs. */
  path(name: string): string;
}

/** The same world, to which nothing unasked-for is sent but text that can be seen. */
export function visibly(outside: Terminal): Terminal {
  const written = (text: string, writing: Writing = "visible") =>
    writing === "verbatim" ? text : visibleLines(text);
  return {
    ...outside,
    out: (text, writing) => outside.out(written(text, writing)),
    err: (text, writing) => outside.err(written(text, writing)),
  };
}

/** Whether standard error is a terminal that can move its cursor and show colours. */
export function canDraw(terminal: Terminal): boolean {
  return terminal.errIsTerminal && terminal.env("TERM") !== "dumb";
}

const encoder = new TextEncoder();

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  for (let written = 0; written < bytes.length;) {
    try {
      written += stream.writeSync(bytes.subarray(written));
    } catch (error) {
      // The reader has closed the stream, as `head` does: no message can reach it.
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (!(error instanceof Deno.errors.WouldBlock)) throw unwritable(error);
    }
  }
}

function unwritable(cause: unknown): UsageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UsageError("OUTPUT_UNWRITABLE", `the output cannot be written: ${reason}`, {
    hint: "Check free disk space, or the program that reads the output.",
    cause,
  });
}

function writeError(text: string): void {
  try {
    write(Deno.stderr, text);
  } catch {
    // There is no other place for the message, and the work must not end for lack of a reader.
  }
}

/** The process's own streams, environment and signals. */
export const systemTerminal: Terminal = {
  out: (text) => write(Deno.stdout, `${text}\n`),
  outBytes: (bytes) => write(Deno.stdout, bytes),
  err: (text) => writeError(`${text}\n`),
  ask: writeError,
  input: () => Deno.stdin.readable,
  outIsTerminal: Deno.stdout.isTerminal(),
  errIsTerminal: Deno.stderr.isTerminal(),
  inIsTerminal: Deno.stdin.isTerminal(),
  colours: !Deno.noColor,
  env: (name) => Deno.env.get(name),
  path: (name) => name,
  onSignal(name, handler) {
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  },
  exit: (code) => Deno.exit(code),
};
