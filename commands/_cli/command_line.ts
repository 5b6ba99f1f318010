/** Reads the words of a command line with commander, and runs the command that they name. */
import { Command, CommanderError } from "commander";
import { EXIT, UsageError } from "../../lib/errors.ts";
import { VERSION } from "../../lib/version.ts";
import { programHelp, SUMMARY } from "./help.ts";
import { loadCommand } from "./load_command.ts";
import { COMMANDS } from "./registry.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Loads the file of one command, and runs it.
 * @param words As typed, without the program's name.
 * @returns The exit code of the command.
 * @throws {UsageError} When the command line is wrong.
 */
export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let exitCode: number = EXIT.done;
  const finish = (code: number) => exitCode = code;
  const program = newProgram(terminal);
  const wanted = words.find((word) => !word.startsWith("-"));
  for (const { name, summary } of COMMANDS) {
    const command = program.command(name).description(summary).copyInheritedSettings(program);
    if (name !== wanted) continue;
    (await loadCommand(name)).addTo(command, { terminal, finish, load: loadCommand });
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end the parsing, too.
    if (error.exitCode === 0) return EXIT.done;
    throw commandLineError(error);
  }
}

function newProgram(terminal: Terminal): Command {
  const program = new Command("oura-sync")
    .description(SUMMARY)
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      // The error is thrown, too, and reported like all others.
      outputError: () => {},
      // Commander would ask the environment, which --help has no right to.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  program.helpInformation = () => `${programHelp()}\n`;
  return program;
}

function commandLineError({ code, message }: CommanderError): UsageError {
  // Commander has shown the help of a group that was called without its command.
  if (code === "commander.help") return new UsageError("COMMAND_LINE", "a command is missing");
  const [problem = "", hint] = message.replace(/^error: /, "").split("\n");
  return new UsageError("COMMAND_LINE", problem, { hint: hint?.replace(/^\((.*)\)$/, "$1") });
}
