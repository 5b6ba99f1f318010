/** Ctrl-C and termination: the first one ends work in order, the second one at once. */
import { InterruptedError } from "./interrupted_error.ts";

/** Listens until it is disposed of. */
export interface Interruption extends Disposable {
  /** Aborted with an {@linkcode InterruptedError} when the process is asked to stop. */
  readonly signal: AbortSignal;
}

/** Exit codes of a process that a signal ended, as a shell counts them: 128 and its number. */
export const ENDED_BY = { SIGINT: 130, SIGTERM: 143 } as const;
type Asking = keyof typeof ENDED_BY;

/** Where signals come from, and how the process ends: the process itself, or a test's stand-in. */
export interface SignalSource {
  /** Calls `handler` for each signal of this name. @returns What stops listening */
  onSignal(name: "SIGINT" | "SIGTERM", handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): never;
}

const PROCESS: SignalSource = {
  onSignal(name, handler) {
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  },
  exit: (code) => Deno.exit(code),
};

/** One Ctrl-C under `deno task` comes twice: from the terminal, and passed on by the task's runner. */
const ONE_PRESS_MS = 200;

/**
 * Listens for signals that ask the process to stop.
 * @param tell Takes the notice that work is being ended, and how to end it without waiting.
 * @param outer The signal of a caller who listens already; nothing is listened to then.
 * @param source Where signals come from.
 */
export function interruptible(
  tell: (text: string) => void,
  outer?: AbortSignal,
  source: SignalSource = PROCESS,
): Interruption {
  if (outer) return { signal: outer, [Symbol.dispose]: () => {} };
  const controller = new AbortController();
  let first: { name: Asking; at: number } | null = null;
  const handle = (name: Asking) => {
    const at = performance.now();
    if (first === null) {
      first = { name, at };
      controller.abort(new InterruptedError(name));
      tell(notice(name));
    } else if (name !== first.name || at - first.at > ONE_PRESS_MS) source.exit(ENDED_BY[name]);
  };
  const names: Asking[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const handlers = names.map((name) => source.onSignal(name, () => handle(name)));
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      // Once asked to stop, the process is on its way out: what else comes must be heard until then.
      if (first === null) handlers.forEach((remove) => remove());
    },
  };
}

function notice(name: Asking): string {
  const again = name === "SIGINT" ? "press Ctrl-C again" : "send SIGTERM again";
  return `Stopping: waiting for the database to finish the current write; ${again} to stop now.`;
}
