/** How this very program is called, so that the commands it prints can be copied. */
import { asTyped, command } from "../../lib/program_command.ts";

/** Whether a program is in the cache of npx, which a clean-up may remove. */
export function isOfNpx(path: string): boolean {
  return /[\\/]_npx[\\/]/.test(path);
}

/** The words before the name of a command: `deno task`, `oura-sync`, or npx for those without Deno. */
export function invocation(): string {
  if (Deno.build.standalone) return "oura-sync";
  return isOfNpx(Deno.execPath()) ? `npx -y deno@${Deno.version.deno} task` : "deno task";
}

/** A command as it is typed here, in backticks: `auth login` as "`deno task auth login`". */
export function asTypedHere(line: Parameters<typeof command>[0]): string {
  return qualifyCommands(command(line));
}

/** The text of a message with its commands as they are typed here. */
export function qualifyCommands(text: string): string {
  return asTyped(text, invocation());
}
