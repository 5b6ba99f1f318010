/** A worker: one session, jobs of many wearers, until it is stopped. */
import type { Settings } from "../../config/environment/settings.ts";
import { fixedPipeline, type PipelineSource } from "../../config/changing_pipeline.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { sleep } from "../../lib/process/sleep.ts";
import { openSession, type SessionLimits } from "../../pipelines/sync/session.ts";
import { Parts, problemOf, waitOutages } from "./bugs.ts";
import { dispatch } from "./dispatch.ts";
import { LiveSession } from "./live_session.ts";
import type { Slots, WearerJob, WearerQueue } from "./queue.ts";
import { RunningJobs } from "./running_jobs.ts";
import { ServerClock } from "./server_clock.ts";
import { upkeep } from "./upkeep.ts";
import { type JobContext, runWearerJob } from "./wearer_job.ts";

/** How a worker runs. */
export interface WorkerOptions {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  /** The configuration in force while it runs. @default `pipeline` */
  readonly source?: PipelineSource;
  /** Migrated. It stays open. */
  readonly db: Database;
  /** Opened to run jobs. It is closed when the worker ends, after its running jobs. */
  readonly queue: WearerQueue;
  readonly slots: Slots;
  /** Milliseconds between two syncs of a wearer; null for no syncs. */
  readonly syncEveryMs: number | null;
  /** Ends the worker in order: running jobs are stopped, and go on elsewhere. */
  readonly signal: AbortSignal;
  /** Called once it takes jobs. */
  readonly onRunning?: () => void;
  /** How often it looks for what is due, in ms. @default 5000 */
  readonly lookEveryMs?: number;
  /** What its requests may do. @default What Oura allows */
  readonly limits?: SessionLimits;
}

const LOOK_EVERY_MS = 5_000;

/**
 * Runs jobs until `signal` is aborted.
 * @throws {DatabaseError} When the database cannot be used at the start. Later it is waited for.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { settings, pipeline, db, slots, syncEveryMs, signal, limits } = options;
  const { lookEveryMs = LOOK_EVERY_MS, source = fixedPipeline(pipeline) } = options;
  const clock = new ServerClock();
  await using stack = new AsyncDisposableStack();
  const answers = db.watchAnswers?.();
  if (answers) stack.use(answers);
  // Closed even if the session does not open, and before the session closes: jobs need both.
  const queue = options.queue;
  const closeQueue = () => queue[Symbol.asyncDispose]();
  const session = await openSession({
    settings,
    pipeline,
    db,
    apply: true,
    signal,
    limits: { ...limits, evenly: true },
  })
    .catch(async (error) => {
      await closeQueue();
      throw error;
    });
  const live = stack.use(new LiveSession(session, pipeline, source));
  stack.defer(closeQueue);
  await clock.read(db);
  await queue.work(slots, jobOf(live, { syncEveryMs, now: clock.now }, signal));
  options.onRunning?.();
  const due = { db, queue, syncEveryMs };
  const parts = new Parts();
  while (!signal.aborted) {
    await waitOutages(async () => {
      await clock.read(db);
      await parts.run("the search for what is due", () => dispatch(due, clock.now()));
      await parts.run("the changes of oura.yaml", async () => {
        await live.current();
        live.adjust();
      });
      await upkeep({ settings, pipeline: live.pipeline, db, signal }, clock.now(), parts);
    });
    await sleep(lookEveryMs, signal).catch(() => {});
  }
}

/** The jobs of this worker: one line of the log for each, more for one that failed. */
function jobOf(
  live: LiveSession,
  rest: Omit<JobContext, "session">,
  stopping: AbortSignal,
): WearerJob {
  const running = new RunningJobs(stopping);
  return async (userId, taken, kind) => {
    const started = performance.now();
    try {
      await running.run(userId, taken, async (signal) => {
        await runWearerJob({ ...rest, session: await live.current() }, userId, signal, kind);
      });
      const ms = Math.round(performance.now() - started);
      loggerOf("worker").debug("The job of wearer {userId} took {ms} ms.", { userId, ms });
    } catch (error) {
      const facts = { userId, problem: problemOf(error) };
      loggerOf("worker").warn("The job of wearer {userId} failed: {problem}", facts);
      throw error;
    }
  };
}
