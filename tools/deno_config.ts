/** The parts of `deno.json` that follow from the commands: their tasks, and what each may do. */
import { PERMISSION_SETS } from "../commands/_cli/permissions.ts";
import { COMMANDS } from "../commands/_cli/registry.ts";

/** A task as `deno task` lists it. */
export interface Task {
  readonly description: string;
  readonly command: string;
}

/** The part of `deno.json` that is read and written here. */
export interface DenoConfig {
  readonly permissions?: unknown;
  readonly tasks: Readonly<Record<string, Task>>;
}

/**
 * V8's flags for commands that load data: a small heap that is collected often, for runs that last,
 * but not before it holds what every run needs.
 * @param young Megabytes of the young generation, where a collection copies what is still in use.
 * @param initial Megabytes before the first full collection.
 */
function smallHeap(young: number, initial: number): string {
  return "--v8-flags=" + [
    "--heap-growing-percent=20",
    `--min-semi-space-size=${young}`,
    `--max-semi-space-size=${young}`,
    `--initial-heap-size=${initial}`,
  ].join(",");
}

/** The flags of the binary, and of a sync, which holds the pages of many windows beside its heap. */
export const V8_FLAGS = smallHeap(4, 24);

/** Commands that load data for minutes. An import holds little but its heap. */
const LONG: Readonly<Record<string, string>> = {
  demo: V8_FLAGS,
  sync: V8_FLAGS,
  backfill: V8_FLAGS,
  import: smallHeap(16, 48),
};

/** Returns the configuration with the tasks and permission sets of all commands; others stay. */
export function withCommands<Config extends DenoConfig>(config: Config): Config {
  const names: readonly string[] = COMMANDS.map(({ name }) => name);
  const commands = COMMANDS.map(({ name, summary, permissions }) => {
    // --quiet: Deno would print for each run that permission sets are experimental.
    const words = ["deno run --quiet", `-P=${permissions}`, "main.ts", name];
    const flags = LONG[name];
    if (flags !== undefined) words.splice(1, 0, flags);
    return [name, { description: summary, command: words.join(" ") }] as const;
  });
  const others = Object.entries(config.tasks).filter(([name]) => !names.includes(name));
  return {
    ...config,
    permissions: PERMISSION_SETS,
    tasks: Object.fromEntries([...commands, ...others]),
  };
}

/** The file as `deno fmt` leaves it: what fits in a line is in one, except at the top. */
export function configText(config: DenoConfig): string {
  return `${textOf(config, "", 0)}\n`;
}

const WIDTH = 100;

function textOf(value: unknown, indent: string, taken: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const deeper = `${indent}  `;
  const parts = Object.entries(value).map(([key, part]) => {
    const name = isList ? "" : `${JSON.stringify(key)}: `;
    return name + textOf(part, deeper, deeper.length + name.length + 1);
  });
  const pad = isList ? "" : " ";
  const line = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  const isNested = parts.some((part) => part.includes("\n"));
  if (indent !== "" && !isNested && taken + line.length <= WIDTH) return line;
  return `${open}\n${parts.map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
}
