/** Command lines in the documentation, and whether the program would take them. */
import { Command, CommanderError } from "commander";
import { allCommands } from "../../tools/docs/commands.ts";

/** The words after `deno task`, `npx … task` or `oura-sync` in a line of shell; null without. */
export function wordsOf(line: string): string[] | null {
  const match = /(?:\bdeno(?:@\S+)? task (?:-q |--quiet )?|\boura-sync )(.*)$/.exec(line);
  return match ? shellWords(match[1]!) : null;
}

/** A command without what starts the program: `sync --all` of `deno task sync --all`. */
export function nameOf(command: string): string {
  return wordsOf(command)?.join(" ") ?? command;
}

/** Splits as a shell does, as far as the documentation needs it; ends at a comment or operator. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  for (const [word, double, single] of text.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']+/g)) {
    if (/^(#|[|;&]|\d?>|<$)/.test(word)) break;
    words.push(double ?? single ?? word);
  }
  return words;
}

/**
 * Why the program would not take a command line; null when it would.
 * @param partly True for a mention in prose, which may leave out arguments.
 */
export async function refusal(words: readonly string[], partly: boolean): Promise<string | null> {
  const program = new Command("oura-sync");
  program.version("0", "-V, --version");
  for (const command of await allCommands()) program.addCommand(command);
  silence(program);
  try {
    await program.parseAsync(words.filter((word) => word !== "…"), { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    const incomplete = /missingArgument|missingMandatoryOptionValue|help$/.test(error.code);
    return partly && incomplete ? null : error.message;
  }
}

/** Parses only: nothing is done, printed or ended. */
function silence(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const sub of command.commands) silence(sub);
}

/** All long options of all commands, and those every command has. */
export async function allOptions(): Promise<Set<string>> {
  const every = (await allCommands()).flatMap((command) => [command, ...command.commands]);
  const named = every.flatMap(({ options }) => options.flatMap(({ long }) => long ?? []));
  return new Set([...named, "--help", "--version"]);
}
