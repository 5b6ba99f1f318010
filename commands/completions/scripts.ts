/** Completion scripts, written for each shell from the same list. */

/** A command as a shell completes it. */
export interface Completion {
  readonly name: string;
  readonly summary: string;
  /** Subcommands and fixed arguments. */
  readonly words: readonly string[];
  readonly options: readonly { readonly long: string; readonly description: string }[];
}

/** A script for each shell. */
export const SHELLS = { bash, zsh, fish, powershell } as const;

function bash(commands: readonly Completion[]): string {
  const cases = commands.map(({ name, words, options }) =>
    `    ${name}) words="${[...words, ...options.map(({ long }) => long)].join(" ")}" ;;`
  );
  return `# bash completion for oura-sync
_oura_sync() {
  local words
  case "\${COMP_CWORD}:\${COMP_WORDS[1]}" in
    1:*) words="${commands.map(({ name }) => name).join(" ")} --help --version" ;;
    *) case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _oura_sync oura-sync
`;
}

function zsh(commands: readonly Completion[]): string {
  const described = commands.map(({ name, summary }) => `    ${word(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, words, options }) => {
    const specs = options.map(({ long, description }) =>
      word(`${long}[${description.replace(/[[\]\\]/g, "\\$&")}]`)
    );
    const first = words.length > 0 ? [word(`:what:(${words.join(" ")})`)] : [];
    return `    ${name}) _arguments ${[...first, ...specs, "'*:file:_files'"].join(" ")} ;;`;
  });
  return `#compdef oura-sync
_oura_sync() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
_oura_sync "$@"
`;
}

function fish(commands: readonly Completion[]): string {
  const lines = commands.flatMap(({ name, summary, words, options }) => {
    const within = `-n ${word(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c oura-sync -f -n __fish_use_subcommand -a ${name} -d ${word(summary)}`,
      ...words.map((each) => `complete -c oura-sync -f ${within} -a ${each}`),
      ...options.map(({ long, description }) =>
        `complete -c oura-sync ${within} -l ${long.slice(2)} -d ${word(description)}`
      ),
    ];
  });
  return `# fish completion for oura-sync\n${lines.join("\n")}\n`;
}

function powershell(commands: readonly Completion[]): string {
  const words = commands.map(({ name, words, options }) => {
    const all = [...words, ...options.map(({ long }) => long)];
    return `    ${word(name)} = @(${all.map(word).join(", ")})`;
  });
  const summaries = commands.map(({ name, summary }) => `    ${word(name)} = ${word(summary)}`);
  return `# PowerShell completion for oura-sync
Register-ArgumentCompleter -Native -CommandName oura-sync -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $summaries = [ordered]@{
${summaries.join("\n")}
  }
  $words = @{
${words.join("\n")}
  }
  $typed = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $count = $typed.Count - [int]($wordToComplete -ne '')
  if ($count -le 1) {
    $summaries.Keys | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_, $_, 'Command', $summaries[$_])
    }
    return
  }
  $words[$typed[1]] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $_)
  }
}
`;
}

/** A single-quoted word; fish alone escapes inside of it, the others leave the quotation. */
function word(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
