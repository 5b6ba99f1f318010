/** The command line: finds the command, loads only its file, turns failures into exit codes. */
import { Command, CommanderError } from "commander";
import { EXIT, messageOf, OuraSyncError } from "../../lib/errors.ts";
import { VERSION } from "../../lib/version.ts";
import { describe } from "./action.ts";
import { COMMANDS } from "./registry.ts";
import { asksForJson, failureDocument } from "./failure.ts";
import { type Io, systemIo, visibly } from "./terminal.ts";

/**
 * Runs one command.
 * @param args As typed, without the program's name.
 * @returns The exit code; one of `EXIT`.
 */
export async function run(args: readonly string[], outside: Io = systemIo): Promise<number> {
  let exitCode: number = EXIT.done;
  let hasResult = false;
  const io = visibly<Io>({
    ...outside,
    out(text) {
      hasResult = true;
      outside.out(text);
    },
    setExitCode: (code) => exitCode = code,
  });
  const program = newProgram(io);
  const words = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  const wanted = words.find((arg) => !arg.startsWith("-"));
  try {
    for (const { name, summary, load } of COMMANDS) {
      const command = program.command(name).description(summary).copyInheritedSettings(program);
      if (name === wanted) (await load()).define(command, io, COMMANDS);
    }
    if (words.length === 0) {
      io.out(program.helpInformation().trimEnd());
      return EXIT.done;
    }
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    const code = report(error, io);
    // Whoever reads JSON gets one document, whether it is a result or not.
    if (code !== EXIT.done && !hasResult && asksForJson(args)) printFailure(error, code, io);
    return code;
  }
}

function printFailure(error: unknown, code: number, io: Io): void {
  try {
    io.out(JSON.stringify(failureDocument(error, code), null, 2));
  } catch (unwritable) {
    // What ended the program counts, not that nobody could be told of it.
    report(unwritable, io);
  }
}

function newProgram(io: Io): Command {
  return new Command("oura-sync")
    .description("Oura Ring data in your own PostgreSQL, exactly as declared in one YAML file.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, "oura-sync: ")),
      // Commander would ask the environment, which --help has no right to.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong already.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof OuraSyncError) {
    io.err(describe(error));
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack ?? error.message : messageOf(error);
  io.err(`oura-sync: this is a bug, please report it with the lines below (version ${VERSION})`);
  io.err(stack);
  return EXIT.bug;
}
