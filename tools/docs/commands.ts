/** The command line as its own definitions tell it. */
import { Command, type Option } from "commander";
import { loadCommand } from "../../commands/_cli/load_command.ts";
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { systemTerminal } from "../../commands/_cli/terminal.ts";
import { code, markdownTable } from "./blocks.ts";

/** Every command of the program with its options, arguments and subcommands. */
export async function allCommands(): Promise<Command[]> {
  return await Promise.all(COMMANDS.map(async ({ name, summary }) => {
    const command = new Command(name).description(summary);
    // Definitions only: nothing is run.
    (await loadCommand(name)).addTo(command, {
      terminal: systemTerminal,
      finish: () => {},
      load: loadCommand,
    });
    return command;
  }));
}

/** One row per command, for the README. */
export async function commandTable(): Promise<string> {
  const rows = (await allCommands()).map((command) => {
    const summary = command.description();
    const subs = command.commands.map((sub) => sub.name()).filter((sub) => !summary.includes(sub));
    const what = subs.length === 0 ? summary : `${summary}: ${subs.map(code).join(", ")}`;
    return [`[${code(command.name())}](docs/cli.md#${command.name()})`, what];
  });
  return markdownTable(["command", "does"], rows);
}

/** One row per command and subcommand: what it does to the database at most, and its options. */
export async function commandContract(): Promise<string> {
  const rows = (await allCommands()).flatMap((command, i) => {
    const leaves = command.commands.length > 0 ? command.commands : [command];
    return leaves.map((leaf) => {
      const path = leaf === command ? command.name() : `${command.name()} ${leaf.name()}`;
      const options = leaf.options.filter(({ hidden }) => !hidden).map(({ flags }) => code(flags));
      return [code(path), COMMANDS[i]!.database, options.join(", ")];
    });
  });
  return markdownTable(["command", "database", "options"], rows);
}

/** Every command in full. */
export async function commandReference(): Promise<string> {
  const parts = (await allCommands()).flatMap((command) => [
    section(command, "##", command.name()),
    ...command.commands.map((sub) => section(sub, "###", `${command.name()} ${sub.name()}`)),
  ]);
  return parts.join("\n\n");
}

function section(command: Command, level: string, path: string): string {
  const parts = [`${level} ${path}`, sentence(command.description())];
  parts.push(["```sh", `oura-sync ${path} ${command.usage()}`, "```"].join("\n"));
  const args = command.registeredArguments.map((argument) => [
    code(argument.name()),
    explained(argument.description, argument.argChoices, argument.defaultValue),
  ]);
  if (args.length > 0) parts.push(markdownTable(["argument", "is"], args));
  const options = command.options.filter(({ hidden }) => !hidden).map((option) => [
    code(option.flags),
    explained(option.description, option.argChoices, defaultOf(option)),
  ]);
  if (options.length > 0) parts.push(markdownTable(["option", "does"], options));
  return parts.join("\n\n");
}

function defaultOf(option: Option): unknown {
  // `--no-x` has the default true, which says nothing.
  return option.negate ? undefined : option.defaultValue;
}

function explained(
  description: string,
  choices: readonly string[] | undefined,
  value: unknown,
): string {
  const extras = [
    ...(choices ? [choices.map(code).join(", ")] : []),
    ...(value === undefined ? [] : [`default ${code(String(value))}`]),
  ];
  return description.replaceAll("<", "&lt;") + (extras.length > 0 ? ` (${extras.join("; ")})` : "");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
