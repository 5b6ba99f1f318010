import { Argument, Command } from "commander";
import { EXIT } from "../../lib/errors.ts";
import { type Completion, SHELLS } from "./scripts.ts";
import type { Io } from "../_cli/terminal.ts";
import { action, type CommandEntry } from "../_cli/action.ts";

/** `completions`: a script that a shell reads to complete commands and options. */
export function define(command: Command, io: Io, all: readonly CommandEntry[]): void {
  command
    .addArgument(new Argument("<shell>", "which one").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      `
bash  oura-sync completions bash > ~/.local/share/bash-completion/completions/oura-sync
zsh   oura-sync completions zsh > ~/.zfunc/_oura-sync    (with ~/.zfunc in fpath)
fish  oura-sync completions fish > ~/.config/fish/completions/oura-sync.fish`,
    )
    .action(action(io, async (_, shell) => {
      io.out(SHELLS[shell as keyof typeof SHELLS](await completionsOf(all, io)).trimEnd());
      return EXIT.done;
    }));
}

/** Every command with its subcommands, choices and long options, as the commands define them. */
async function completionsOf(all: readonly CommandEntry[], io: Io): Promise<Completion[]> {
  return await Promise.all(all.map(async ({ name, summary, load }) => {
    const command = new Command(name);
    (await load()).define(command, io, all);
    return { name, summary, words: wordsOf(command), options: optionsOf(command) };
  }));
}

function wordsOf(command: Command): string[] {
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [...command.commands.map((sub) => sub.name()), ...choices];
}

function optionsOf(command: Command): Completion["options"] {
  const all = [command, ...command.commands].flatMap(({ options }) => options);
  const named = new Map(
    all.filter(({ hidden }) => !hidden).flatMap(({ long, description }) =>
      long ? [[long, description] as const] : []
    ),
  );
  return [...named, ["--help", "show help"] as const]
    .map(([long, description]) => ({ long, description }));
}
