/** Ctrl-C and termination, as a signal that ends work in order. */
import { InterruptedError } from "../pipelines/errors.ts";

/** Listens until it is disposed of. */
export interface Interruption extends Disposable {
  /** Aborted with an {@linkcode InterruptedError} when the process is asked to stop. */
  readonly signal: AbortSignal;
}

/** @param outer The signal of a caller who listens already; nothing is listened to then. */
export function interruptible(outer?: AbortSignal): Interruption {
  if (outer) return { signal: outer, [Symbol.dispose]: () => {} };
  const controller = new AbortController();
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const handlers = names.map((name) => {
    const handler = () => controller.abort(new InterruptedError(name));
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => handlers.forEach((remove) => remove()),
  };
}
