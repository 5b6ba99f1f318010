/** `sync --every 15m`: one run after the other, for containers and other places without a scheduler. */
import { EXIT, OuraSyncError } from "../../lib/errors.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { interruptible } from "../../lib/process/interruption.ts";
import type { Terminal } from "../_cli/terminal.ts";
import { describe } from "../_cli/failure.ts";

/**
 * Runs `body` at once and then every `everyMs` milliseconds, counted from start to start; a run that
 * takes longer is followed by the next one directly. A failed run is reported and does not end the
 * loop: an outage may pass, a wearer may sign in again, and `oura.yaml`, which each run reads, may be
 * corrected. A usage error of the first run ends the loop.
 * @returns 0 when it was stopped between two runs, else the exit code of the last one.
 */
export async function repeat(
  everyMs: number,
  terminal: Terminal,
  body: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  let running = false;
  // Between two runs nothing is waited for, so no notice is needed.
  using interruption = interruptible((text) => running && terminal.err(text), undefined, terminal);
  const { signal } = interruption;
  for (let isFirst = true;; isFirst = false) {
    const started = performance.now();
    running = true;
    const code = await exitCodeOf(() => body(signal), terminal);
    running = false;
    if (signal.aborted || (isFirst && code === EXIT.usage)) return code;
    try {
      await sleep(Math.max(0, everyMs - (performance.now() - started)), signal);
    } catch (error) {
      if (error !== signal.reason) throw error;
      return EXIT.done;
    }
  }
}

async function exitCodeOf(run: () => Promise<number>, terminal: Terminal): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OuraSyncError)) throw error;
    terminal.err(describe(error));
    return error.exitCode;
  }
}
