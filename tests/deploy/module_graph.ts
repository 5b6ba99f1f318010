/** What a program is made of, as `deno info` sees it. */
import assert from "node:assert/strict";
import { moduleOf } from "../../tools/program_modules.ts";

const ROOT = new URL("../../", import.meta.url);

interface Reference {
  specifier?: string;
}

interface InfoModule {
  specifier: string;
  local?: string;
  error?: string;
  dependencies?: { isDynamic?: boolean; code?: Reference; type?: Reference }[];
}

/** The modules of a program, by path from the root of the project or by `npm:` specifier. */
export interface ModuleGraph {
  /** Those that are loaded at once. */
  readonly atOnce: ReadonlySet<string>;
  /** Those that may be loaded in the course of things too. */
  readonly all: ReadonlySet<string>;
}

/** Asks `deno info` for the graph of some modules, which are paths from the root of the project. */
export async function moduleGraph(...roots: string[]): Promise<ModuleGraph> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", moduleOf(roots)],
    cwd: ROOT,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const info = JSON.parse(new TextDecoder().decode(stdout)) as { modules: InfoModule[] };
  const modules = new Map(info.modules.map((module) => [module.specifier, module]));
  for (const { error, specifier } of info.modules) assert.equal(error, undefined, specifier);
  const reach = (dynamic: boolean) => {
    const reached = new Set<string>();
    const queue = roots.map((root) => new URL(root, ROOT).href);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      for (const { isDynamic, code } of modules.get(next)?.dependencies ?? []) {
        if (code?.specifier && (dynamic || !isDynamic)) queue.push(code.specifier);
      }
    }
    return new Set([...reached].map(named));
  };
  return { atOnce: reach(false), all: reach(true) };
}

function named(specifier: string): string {
  return specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : specifier;
}

/** Those of the modules that match. */
export function among(modules: Iterable<string>, pattern: RegExp): string[] {
  return [...modules].filter((module) => pattern.test(module)).sort();
}
