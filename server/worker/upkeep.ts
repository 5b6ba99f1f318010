/** What the workers do for the whole app, one of them at a time: old bookkeeping, subscriptions. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { putOffUpkeep, takeUpkeep } from "../../lib/db/store/jobs/sync_schedule.ts";
import { DatabaseError, OuraSyncError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { Parts } from "./bugs.ts";
import { ensureSubscriptions } from "../subscriptions/ensure.ts";
import { prune } from "../../pipelines/prune/prune.ts";

/** What the tasks need. */
export interface UpkeepContext {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  readonly db: Database;
  readonly signal: AbortSignal;
}

interface Task {
  /** Milliseconds between two times. */
  readonly every: number;
  /** @returns Whether it is done; else it is tried again within the hour. */
  readonly run: (context: UpkeepContext, now: Date) => Promise<boolean>;
}

const HOUR = 3_600_000;
/** Rows of a kind at once: the next hour removes the others. */
const PRUNED_AT_ONCE = 10_000;

const TASKS: Readonly<Record<string, Task>> = {
  prune: {
    every: HOUR,
    run: async ({ db, pipeline }) => {
      await prune(db, pipeline.retention, { most: PRUNED_AT_ONCE });
      return true;
    },
  },
  subscriptions: {
    every: 24 * HOUR,
    run: async ({ settings, pipeline, signal }, now) => {
      if (pipeline.webhooks === null) return true;
      const { failed } = await ensureSubscriptions({ settings, pipeline, now, signal });
      for (const { action, eventType, dataType, code } of failed) {
        const facts = { action, eventType, dataType, code };
        loggerOf("worker").warn(
          "The subscription to {eventType} of {dataType} could not be changed ({action}: {code}).",
          facts,
        );
      }
      return failed.length === 0;
    },
  },
};

/**
 * Does the tasks that are due. One that fails is tried again in an hour, one with a bug when it is due
 * again.
 * @throws {DatabaseError} When the database is away.
 */
export async function upkeep(
  context: UpkeepContext,
  now: Date,
  parts = new Parts(),
): Promise<void> {
  for (const [name, { every, run }] of Object.entries(TASKS)) {
    if (context.signal.aborted) return;
    if (!await takeUpkeep(context.db, name, now, new Date(now.getTime() + every))) continue;
    await parts.run(`the task ${name}`, async () => {
      if (await isDone(name, () => run(context, now))) return;
      await putOffUpkeep(context.db, name, new Date(now.getTime() + HOUR));
    });
  }
}

async function isDone(name: string, run: () => Promise<boolean>): Promise<boolean> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DatabaseError || !(error instanceof OuraSyncError)) throw error;
    const { code, message: problem } = error;
    const facts = { name, code, problem };
    loggerOf("worker").warn("The task {name} failed ({code}): {problem}", facts);
    return false;
  }
}
