/**
 * The jobs that run in this process. All of them hold their leases under the name of the process, so
 * that leases do not keep two of them apart: a job that was taken away, and comes back to the same
 * process while it still runs, has to wait for itself.
 */
import { InterruptedError } from "../../lib/process/interrupted_error.ts";

interface RunningJob {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Runs jobs; a later job of the same wearer stops the earlier one and follows it. */
export class RunningJobs {
  readonly #running = new Map<string, RunningJob>();

  /** @param stopping Ends all jobs. */
  constructor(private readonly stopping: AbortSignal) {}

  /**
   * Runs a job after the one of the same wearer that may still run here, which is stopped.
   * @param taken Aborted when the queue has taken the job away.
   * @param job Its signal has a reason that a run can record.
   */
  async run(
    userId: string,
    taken: AbortSignal,
    job: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    for (let older = this.#running.get(userId); older; older = this.#running.get(userId)) {
      older.stop.abort(new InterruptedError(TAKEN_AWAY));
      await older.ended;
    }
    const stop = new AbortController();
    const ended = Promise.withResolvers<void>();
    this.#running.set(userId, { stop, ended: ended.promise });
    // Not `AbortSignal.any`: the process goes on for months, and its signal with it.
    using _stopping = follow(stop, this.stopping, () => this.stopping.reason);
    using _taken = follow(stop, taken, () => new InterruptedError(TAKEN_AWAY));
    try {
      await job(stop.signal);
    } finally {
      this.#running.delete(userId);
      ended.resolve();
    }
  }
}

const TAKEN_AWAY = "the queue, which gave the job to another worker";

function follow(stop: AbortController, signal: AbortSignal, reason: () => unknown): Disposable {
  const end = () => stop.abort(reason());
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", end) };
}
