import { Argument, Command } from "commander";
import { type CommandContext, defineCommand, type Host } from "../_cli/define_command.ts";
import { COMMANDS } from "../_cli/registry.ts";
import { type Completion, SHELLS } from "./scripts.ts";

/** `completions`: a script that a shell reads to complete commands and options. */
export default defineCommand({
  database: "none",
  arguments: [new Argument("<shell>", "the shell").choices(Object.keys(SHELLS))],
  help: `\
bash        oura-sync completions bash > ~/.local/share/bash-completion/completions/oura-sync
zsh         oura-sync completions zsh > ~/.zfunc/_oura-sync    (with ~/.zfunc in fpath)
fish        oura-sync completions fish > ~/.config/fish/completions/oura-sync.fish
powershell  oura-sync completions powershell >> $PROFILE`,
  async run({ terminal, load, args: [shell] }: CommandContext<object>) {
    const script = SHELLS[shell as keyof typeof SHELLS];
    terminal.out(script(await completionsOf({ terminal, load, finish: () => {} })).trimEnd());
  },
});

/** Every command with its subcommands, choices and long options, as the commands define them. */
async function completionsOf(host: Host): Promise<Completion[]> {
  return await Promise.all(COMMANDS.map(async ({ name, summary }) => {
    const command = new Command(name);
    (await host.load(name)).addTo(command, host);
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
