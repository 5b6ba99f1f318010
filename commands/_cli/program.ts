/** The command line: finds the command, loads only its file, turns failures into exit codes. */
import { Command, CommanderError } from "commander";
import { EXIT, messageOf, OuraSyncError } from "../../lib/errors.ts";
import { VERSION } from "../../lib/version.ts";
import { loadCommand } from "./load_command.ts";
import { requireDeno } from "./minimum_deno.ts";
import { COMMANDS } from "./registry.ts";
import { asksForJson, describe, failureDocument } from "./failure.ts";
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
  let exitCode: number = EXIT.done;
  let hasResult = false;
  const terminal = visibly({
    ...outside,
    out(text) {
      hasResult = true;
      outside.out(text);
    },
  });
  const program = newProgram(terminal);
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  const wanted = words.find((arg) => !arg.startsWith("-"));
  try {
    requireDeno(Deno.version.deno);
    for (const { name, summary } of COMMANDS) {
      const command = program.command(name).description(summary).copyInheritedSettings(program);
      if (name === wanted) {
        const finish = (code: number) => exitCode = code;
        (await loadCommand(name)).addTo(command, { terminal, finish, load: loadCommand });
      }
    }
    if (words.length === 0) {
      terminal.out(program.helpInformation().trimEnd());
      return EXIT.done;
    }
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    const code = report(error, terminal);
    // A reader of JSON gets one document, be it a result or a failure.
    if (code !== EXIT.done && !hasResult && asksForJson(args)) printFailure(error, code, terminal);
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

function newProgram(terminal: Terminal): Command {
  return new Command("oura-sync")
    .description("Oura Ring data in your own PostgreSQL, exactly as declared in one YAML file.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, "oura-sync: ")),
      // Commander would ask the environment, which --help has no right to.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong already.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
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
