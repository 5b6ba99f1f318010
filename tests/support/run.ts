/** Runs the real program, the way a person or a cron job would. */
import { fileURLToPath } from "node:url";

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

/** What a run may do. */
export interface RunOptions {
  /** How many files it may have open. @default As many as this process */
  readonly openFiles?: number;
  /** Options of `deno run`. @default Everything */
  readonly rights?: readonly string[];
}

/** A run under way. */
export class Run {
  readonly #child: Deno.ChildProcess;
  readonly #out: Promise<string>;
  readonly #ended: Promise<string>;
  #err = "";
  #grown = Promise.withResolvers<void>();

  constructor(
    { directory, env }: Surroundings,
    args: readonly string[],
    { openFiles, rights = ["--allow-all"] }: RunOptions = {},
  ) {
    const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles};`;
    const program = [Deno.execPath(), "run", "--no-check", ...rights, MAIN, ...args];
    this.#child = new Deno.Command("sh", {
      args: ["-c", `${limit} exec "$0" "$@"`, ...program],
      cwd: directory,
      clearEnv: true,
      env: { DENO_DIR: denoDirectory(), HOME: directory, ...env },
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
