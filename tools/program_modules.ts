/** All modules of the program, for tools that look at it from outside. */
import { COMMAND_FILES } from "../commands/_cli/load_command.ts";

/** The files that lead to all others: the program loads the files of its commands by name. */
export const ROOTS: readonly string[] = [
  "main.ts",
  ...Object.values(COMMAND_FILES).map((file) => `commands/${file}`),
];

/**
 * The address of a module that imports some files of the project: `deno info` takes only one.
 * @param files From the root of the project.
 */
export function moduleOf(files: readonly string[]): string {
  const root = new URL("..", import.meta.url);
  const lines = files.map((file) => `import ${JSON.stringify(new URL(file, root).href)};`);
  return `data:application/typescript,${encodeURIComponent(lines.join("\n"))}`;
}
