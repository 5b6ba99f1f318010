/** What a command's file is made of. */
import type { Command } from "commander";
import type { OuraSyncError } from "../../lib/errors.ts";
import { qualifyCommands } from "./command_names.ts";
import type { Io } from "./terminal.ts";

/** What a command's file exports: its options and what it does. */
export interface CommandModule {
  /**
   * Adds options, arguments and the action; the action returns the exit code.
   * @param all Every command there is.
   */
  define(command: Command, io: Io, all: readonly CommandEntry[]): void;
}

/** A command: its name, one line about it, and its file. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/**
 * Makes an action of commander out of a function that returns an exit code.
 * @param body Gets the options, then the arguments in order.
 */
export function action<Options>(
  io: Io,
  body: (options: Options, ...args: string[]) => Promise<number> | number,
) {
  return async (...given: unknown[]) => {
    const command = given.at(-1) as Command;
    io.setExitCode(await body(command.optsWithGlobals() as Options, ...command.args));
  };
}

/** An expected failure for people: what, and how to mend it. */
export function describe(error: OuraSyncError): string {
  const hint = error.hint === undefined ? "" : `\n  ${qualifyCommands(error.hint)}`;
  return `oura-sync: ${error.message} [${error.code}]${hint}`;
}
