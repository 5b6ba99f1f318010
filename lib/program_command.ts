/**
 * The commands that messages tell a reader to run. A message does not know how the program was
 * started, so it names a command in one form, and what prints the message puts in the words that the
 * reader types.
 */

/** Commands that messages name; a test asks the program whether it takes them. */
export const NAMED_COMMANDS = [
  "apply",
  "auth invite",
  "auth invites",
  "auth login",
  "auth logout",
  "doctor",
  "export",
  "forget",
  "import",
  "init",
  "migrate",
  "migrate status",
  "plan",
  "rejects",
  "rejects list",
  "schedule install",
  "schedule print",
  "serve",
  "status",
  "sync",
  "wearers list",
  "wearers set",
  "webhooks ensure",
  "webhooks list",
  "webhooks test",
  "worker retry",
] as const;

type NamedCommand = (typeof NAMED_COMMANDS)[number];

const PROGRAM = "oura-sync";

/**
 * A command as messages name it: `auth login` as "`oura-sync auth login`", in backticks.
 * @param line The command, with its arguments if there are any.
 */
export function command(line: NamedCommand | `${NamedCommand} ${string}`): string {
  return `\`${PROGRAM} ${line}\``;
}

/**
 * The text with its commands as the reader types them.
 * @param invocation What comes before the name of a command, such as `deno task`.
 */
export function asTyped(text: string, invocation: string): string {
  return text.replaceAll(`\`${PROGRAM} `, () => `\`${invocation} `);
}
