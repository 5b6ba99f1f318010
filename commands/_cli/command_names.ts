/** How this very program is called, so that the commands it prints can be copied. */
import { COMMANDS } from "./registry.ts";

/** Whether a program is in the cache of npx, which a clean-up may remove. */
export function isOfNpx(path: string): boolean {
  return /[\\/]_npx[\\/]/.test(path);
}

/** The words before the name of a command: `deno task`, `oura-sync`, or npx for those without Deno. */
export function invocation(): string {
  if (Deno.build.standalone) return "oura-sync";
  return isOfNpx(Deno.execPath()) ? `npx -y deno@${Deno.version.deno} task` : "deno task";
}

const NAMES = COMMANDS.map(({ name }) => name).join("|");
/** Where a command begins: between backticks, with or without the program's name, or after it. */
const BEGINNING = new RegExp(
  `(?<=\`)(?:oura-sync )?(?=(?:${NAMES})[ \`])|\\boura-sync (?=(?:${NAMES})\\b)`,
  "g",
);

/** The text with the commands in it as they are typed here: `auth login` as `deno task auth login`. */
export function qualifyCommands(text: string): string {
  return text.replaceAll(BEGINNING, () => `${invocation()} `);
}
