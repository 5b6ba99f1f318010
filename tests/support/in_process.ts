/** Runs commands in this process, as a person or a cron job would run the program. */
import { join } from "node:path";
import type { Terminal } from "../../commands/_cli/terminal.ts";
import { run } from "../../commands/_cli/program.ts";
import type { Ended, Surroundings } from "./run.ts";

/** What a test can have otherwise than a cron job. */
export interface Circumstances extends Surroundings {
  /** What comes in on standard input. */
  readonly input?: string;
  /** Whether standard output and standard error are terminals. @default false */
  readonly isTerminal?: boolean;
}

/** A terminal without a person: what is written is dropped, and nothing comes in. */
export const SILENT: Terminal = {
  out: () => {},
  outBytes: () => {},
  err: () => {},
  ask: () => {},
  input: () => new Response("").body!,
  outIsTerminal: false,
  errIsTerminal: false,
  inIsTerminal: false,
  colours: true,
  env: () => undefined,
  path: (name) => name,
  onSignal: () => () => {},
  exit(code) {
    throw new Error(`the command ended the process with ${code}`);
  },
};

/** Resolves relative names against a directory other than the current one. */
export function pathsIn(directory: string): Terminal["path"] {
  return (name) => name.startsWith("/") ? name : join(directory, name);
}

/**
 * Runs a command of the program to its end. Files are named relative to `directory`; the data
 * directory is there, too.
 */
export async function runInProcess(
  { directory, env, input = "", isTerminal = false }: Circumstances,
  args: readonly string[],
): Promise<Ended> {
  let out = "";
  let err = "";
  const exitCode = await run(args, {
    ...SILENT,
    out: (text) => out += `${text}\n`,
    outBytes: (bytes) => out += new TextDecoder().decode(bytes),
    err: (text) => err += `${text}\n`,
    ask: (text) => err += text,
    input: () => new Response(input).body!,
    outIsTerminal: isTerminal,
    errIsTerminal: isTerminal,
    env: (name) => env[name],
    path: pathsIn(directory),
  });
  return { exitCode, out, err };
}
