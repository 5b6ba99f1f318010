/** The command line: finds the command, loads only its file, turns failures into exit codes. */
import { Command, CommanderError } from "commander";
import { EXIT, messageOf, OuraSyncError } from "../lib/errors.ts";
import { VERSION } from "../lib/version.ts";
import { describe } from "./action.ts";
import { COMMANDS } from "./commands.ts";
import { type Io, systemIo } from "./io.ts";

/**
 * Runs one command.
 * @param args As typed, without the program's name.
 * @returns The exit code; see DESIGN §6.
 */
export async function run(args: readonly string[], outside: Io = systemIo): Promise<number> {
  let exitCode: number = EXIT.done;
  const io: Io = { ...outside, setExitCode: (code) => exitCode = code };
  const program = newProgram(io);
  const wanted = args.find((arg) => !arg.startsWith("-"));
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).description(summary).copyInheritedSettings(program);
    if (name === wanted) (await load()).define(command, io);
  }
  try {
    if (args.length === 0) {
      io.out(program.helpInformation().trimEnd());
      return EXIT.done;
    }
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return report(error, io);
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
