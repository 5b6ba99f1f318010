/** The repository's own TypeScript, for the tests that hold it to its rules. */
import { fileURLToPath } from "node:url";
import { join, relative, resolve } from "node:path";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Neither ours nor sources. */
const SKIPPED = new Set(["data", "node_modules", "dist"]);

/** A source file: its path from the root, with `/`, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Every `.ts` file of the repository. */
export async function sources(directory = ROOT): Promise<Source[]> {
  const found: Source[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (name.startsWith(".") || SKIPPED.has(name)) continue;
    const path = join(directory, name);
    if (isDirectory) found.push(...await sources(path));
    else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(path);
      found.push({ path: relative(ROOT, path).replaceAll("\\", "/"), text });
    }
  }
  return found;
}

/** What a file imports: static, dynamic, re-exported, or started by its address. */
const IMPORTS = [
  /^\s*(?:import|export)\s[^"';]*?\bfrom\s*"([^"]+)"/gm,
  /^\s*import\s*"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
  /\bimport\.meta\.resolve\(\s*"([^"]+)"/g,
  /\bnew URL\(\s*"(\.[^"]+)",\s*import\.meta\.url/g,
];

/** The specifiers a file imports. */
export function importsOf({ text }: Source): string[] {
  return IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!));
}

/** The path from the root that a relative specifier leads to. */
export function targetOf({ path }: Source, specifier: string): string {
  return relative(ROOT, resolve(ROOT, path, "..", specifier)).replaceAll("\\", "/");
}
