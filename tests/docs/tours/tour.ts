/** Follows the shell of a page from its first block to its last, as a reader would. */
import type { Page } from "../../../tools/docs/pages.ts";
import { fences } from "../markdown.ts";
import { commandsOf, type Typed } from "../shell.ts";
import type { World } from "./world.ts";

/** What a page takes for granted, and what its commands must have done. */
export interface Tour {
  readonly path: string;
  /** What was there before the first command. */
  begin?(world: World): Promise<void>;
  /** What the page's prose has the reader do before a command, by the command's beginning. */
  readonly before?: Readonly<Record<string, (world: World) => Promise<void>>>;
  /** What a command must print on standard output, or have done. */
  readonly after?: Readonly<Record<string, RegExp | Check>>;
  /** Elsewhere than in the clone. */
  readonly place?: (world: World) => { directory: string; env: Record<string, string> };
}

/** Judges a command that succeeded. */
export type Check = (world: World, typed: Typed) => Promise<void> | void;

/** Types every command of the page's shell blocks. */
export async function follow(world: World, tour: Tour, { path, text }: Page): Promise<void> {
  await tour.begin?.(world);
  const before = new Hooks(tour.before);
  const after = new Hooks(tour.after);
  for (const fence of fences(path, text).filter(({ language }) => language === "sh")) {
    const commands = commandsOf(fence.text).filter((each) => !world.fillIns.isKeptElsewhere(each));
    for (const group of groups(commands, (each) => before.has(each))) {
      await before.take(group[0]!)?.(world);
      for (const typed of await world.type(group, tour.place?.(world))) {
        const check = after.take(typed.command);
        if (check !== undefined) await judge(world, typed, check);
      }
    }
  }
  const idle = [...before.left, ...after.left];
  if (idle.length > 0) throw new Error(`${path} has no command ${idle.join(", ")}`);
}

/** Hooks by the beginning of a command, each for the first that begins so. */
class Hooks<Hook> {
  readonly #hooks: Map<string, Hook>;

  constructor(hooks: Readonly<Record<string, Hook>> = {}) {
    this.#hooks = new Map(Object.entries(hooks));
  }

  has(command: string): boolean {
    return this.#key(command) !== undefined;
  }

  take(command: string): Hook | undefined {
    const key = this.#key(command);
    if (key === undefined) return undefined;
    const hook = this.#hooks.get(key);
    this.#hooks.delete(key);
    return hook;
  }

  get left(): string[] {
    return [...this.#hooks.keys()];
  }

  #key(command: string): string | undefined {
    return [...this.#hooks.keys()].find((beginning) => command.startsWith(beginning));
  }
}

async function judge(world: World, typed: Typed, check: RegExp | Check): Promise<void> {
  if (typeof check === "function") return await check(world, typed);
  if (!check.test(typed.out)) {
    throw new Error(`${typed.command}: no ${check} in\n${typed.out}\n${typed.err}`);
  }
}

/** Runs of commands that share a shell: one begins where the reader does something else before. */
function groups(commands: readonly string[], begins: (command: string) => boolean): string[][] {
  const found: string[][] = [];
  for (const command of commands) {
    if (found.length === 0 || begins(command)) found.push([command]);
    else found.at(-1)!.push(command);
  }
  return found;
}
