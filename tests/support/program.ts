/** Programs that tests run beside themselves, to have a second process for real. */

import { QUICK_WASM } from "./quick_wasm.ts";

/**
 * How long to wait for a lock that this process has just given back. Test files share one process:
 * a program that another file starts meanwhile inherits the lock file, and keeps it locked until it
 * is executed.
 */
export const LOCK_PATIENCE_MS = 10_000;

/** A running program: its standard output by the line, its standard input as a signal to go on. */
export class Program {
  private readonly process: Deno.ChildProcess;
  private readonly lines: ReadableStreamDefaultReader<string>;
  private rest = "";

  /**
   * Runs a module with the arguments given. Its errors go to the test's own stderr.
   * @param flags For `deno run`.
   */
  constructor(module: URL, args: readonly string[], flags: readonly string[] = []) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--allow-all", ...flags, module.href, ...args],
      env: QUICK_WASM,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.lines = this.process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.process.pid;
  }

  /** The next line; an empty text once the program has closed its output. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf("\n");
      if (end >= 0) {
        const line = this.rest.slice(0, end);
        this.rest = this.rest.slice(end + 1);
        return line;
      }
      const { value, done } = await this.lines.read();
      if (done) return this.rest;
      this.rest += value;
    }
  }

  /** Writes a line to standard input. */
  async tell(line: string): Promise<void> {
    const writer = this.process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${line}\n`));
    writer.releaseLock();
  }

  /** Closes standard input, which the programs here wait for. */
  goOn(): Promise<void> {
    return this.process.stdin.close();
  }

  /** Waits for the end. Standard input must be closed, or the program killed. */
  async ended(): Promise<Deno.CommandStatus> {
    while (await this.line() !== "");
    return await this.process.status;
  }

  /** Ends it without a chance to clean up. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.stdin.abort();
    await this.ended();
  }
}
