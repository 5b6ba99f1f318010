/** A worker: one session, jobs of many wearers, until it is stopped. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { DatabaseError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { openSession } from "../../pipelines/sync/session.ts";
import { dispatch } from "./dispatch.ts";
import type { Slots, WearerQueue } from "./queue.ts";
import { upkeep } from "./upkeep.ts";
import { runWearerJob } from "./wearer_job.ts";

/** How a worker runs. */
export interface WorkerOptions {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  /** Migrated. It stays open. */
  readonly db: Database;
  /** Opened to run jobs. It is closed when the worker ends, after its running jobs. */
  readonly queue: WearerQueue;
  readonly slots: Slots;
  /** Milliseconds between two syncs of a wearer; null for no syncs. */
  readonly syncEveryMs: number | null;
  /** Ends the worker in order: running jobs are stopped, and go on elsewhere. */
  readonly signal: AbortSignal;
  /** How often it looks for what is due, in ms. @default 5000 */
  readonly lookEveryMs?: number;
  /** @default The clock */
  readonly now?: () => Date;
}

const LOOK_EVERY_MS = 5_000;

/**
 * Runs jobs until `signal` is aborted.
 * @throws {DatabaseError} When the database cannot be used at the start. Later it is waited for.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { settings, pipeline, db, slots, syncEveryMs, signal } = options;
  const { lookEveryMs = LOOK_EVERY_MS, now = () => new Date() } = options;
  await using session = await openSession({ settings, pipeline, db, apply: true, signal });
  await using queue = options.queue;
  const context = { session, syncEveryMs, now };
  await queue.work(
    slots,
    (userId, taken) => runWearerJob(context, userId, AbortSignal.any([signal, taken])),
  );
  while (!signal.aborted) {
    await waitOutages(async () => {
      await dispatch({ db, queue, syncEveryMs }, now());
      await upkeep({ settings, pipeline: session.pipeline, db, signal }, now());
    });
    await sleep(lookEveryMs, signal).catch(() => {});
  }
}

/** A database that is away for a while must not end the worker. */
async function waitOutages(round: () => Promise<void>): Promise<void> {
  try {
    await round();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    loggerOf("worker").warn("The worker could not reach the database: {problem}", {
      problem: error.message,
    });
  }
}
