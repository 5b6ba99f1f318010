/** Runs the real program, the way a person or a cron job would. */
import { fileURLToPath } from "node:url";
import { PERMISSION_SETS, permissionOptions } from "../../commands/_cli/permissions.ts";
import { COMMANDS } from "../../commands/_cli/registry.ts";
import { QUICK_WASM } from "./quick_wasm.ts";

/** The rights that the task of a command has: a test with more would not notice a missing one. */
function rightsOf(name: string | undefined): string[] {
  const command = COMMANDS.find((each) => each.name === name);
  return permissionOptions(PERMISSION_SETS[command?.permissions ?? "none"]);
}

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Where and with what the program runs. */
export interface Surroundings {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A run under way. */
export class Run {
  readonly #child: Deno.ChildProcess;
  readonly #out: Promise<string>;
  readonly #ended: Promise<string>;
  #err = "";
  #grown = Promise.withResolvers<void>();

  /** @param openFiles How many files it may have open; as many as this process when left out. */
  constructor(
    { directory, env }: Surroundings,
    args: readonly string[],
    { openFiles }: { openFiles?: number } = {},
  ) {
    const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles};`;
    const program = [Deno.execPath(), "run", "--no-check", ...rightsOf(args[0]), MAIN, ...args];
    this.#child = new Deno.Command("sh", {
      args: ["-c", `${limit} exec "$0" "$@"`, ...program],
      cwd: directory,
      clearEnv: true,
      env: { DENO_DIR: denoDirectory(), HOME: directory, ...QUICK_WASM, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#out = new Response(this.#child.stdout).text();
    this.#ended = this.#listen();
  }

  /** Waits until standard error says something like this. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#err);
      if (match) return match;
      const grown = this.#grown.promise;
      const over = await Promise.race([grown.then(() => false), this.#ended.then(() => true)]);
      if (over) throw new Error(`it ended without saying ${pattern}:\n${this.#err}`);
    }
  }

  /** Sends it a signal, as a terminal or a service manager does. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends standard input, after this text, and waits for the program. */
  async end(input = ""): Promise<Ended> {
    const writer = this.#child.stdin.getWriter();
    // A program that ended by itself does not read any more.
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const [out, err, { code }] = await Promise.all([this.#out, this.#ended, this.#child.status]);
    return { exitCode: code, out, err };
  }

  async #listen(): Promise<string> {
    for await (const part of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#err += part;
      const grown = this.#grown;
      this.#grown = Promise.withResolvers();
      grown.resolve();
    }
    return this.#err;
  }
}

function denoDirectory(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}
