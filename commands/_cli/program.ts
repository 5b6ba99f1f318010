/** The program: prints its help and version, runs commands, turns failures into exit codes. */
import { EXIT, messageOf, OuraSyncError } from "../../lib/errors.ts";
import { VERSION } from "../../lib/version.ts";
import { asksForJson, describe, failureDocument } from "./failure.ts";
import { asksForHelp, asksForVersion, programHelp } from "./help.ts";
import { requireDeno } from "../../lib/process/minimum_deno.ts";
import { systemTerminal, type Terminal, visibly } from "./terminal.ts";

/**
 * Runs one command.
 * @param args As typed, without the program's name.
 * @returns The exit code; one of `EXIT`.
 */
export async function run(
  args: readonly string[],
  outside: Terminal = systemTerminal,
): Promise<number> {
  let hasResult = false;
  const terminal = visibly({
    ...outside,
    out(text) {
      hasResult = true;
      outside.out(text);
    },
  });
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  try {
    requireDeno(Deno.version.deno);
    if (asksForVersion(words)) terminal.out(VERSION);
    else if (asksForHelp(words)) terminal.out(programHelp());
    else return await (await import("./command_line.ts")).runCommandLine(words, terminal);
    return EXIT.done;
  } catch (error) {
    const code = report(error, terminal);
    // A reader of JSON gets one document, be it a result or a failure.
    if (!hasResult && asksForJson(args)) printFailure(error, code, terminal);
    return code;
  }
}

function printFailure(error: unknown, code: number, terminal: Terminal): void {
  try {
    terminal.out(JSON.stringify(failureDocument(error, code), null, 2));
  } catch (unwritable) {
    // The failure that ended the program counts, not the one of printing it.
    report(unwritable, terminal);
  }
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof OuraSyncError) {
    terminal.err(describe(error));
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack ?? error.message : messageOf(error);
  terminal.err(
    `oura-sync: this is a bug, please report it with the lines below (version ${VERSION})`,
  );
  terminal.err(stack);
  return EXIT.bug;
}
