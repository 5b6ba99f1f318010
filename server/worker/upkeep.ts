/** What the workers do for the whole app, one of them at a time: old bookkeeping, subscriptions. */
import type { Settings } from "../../config/environment/settings.ts";
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { takeUpkeep } from "../../lib/db/store/sync_schedule.ts";
import { DatabaseError, OuraSyncError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
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
  readonly run: (context: UpkeepContext) => Promise<void>;
}

const HOUR = 3_600_000;
/** Rows of a kind at once: the next hour removes the others. */
const PRUNED_AT_ONCE = 10_000;

const TASKS: Readonly<Record<string, Task>> = {
  prune: {
    every: HOUR,
    run: async ({ db, pipeline }) => {
      await prune(db, pipeline.retention, { most: PRUNED_AT_ONCE });
    },
  },
};

/**
 * Does the tasks that are due. One that fails is done again when it is due next.
 * @throws {DatabaseError} When the database is away.
 */
export async function upkeep(context: UpkeepContext, now: Date): Promise<void> {
  for (const [name, { every, run }] of Object.entries(TASKS)) {
    if (context.signal.aborted) return;
    if (!await takeUpkeep(context.db, name, now, new Date(now.getTime() + every))) continue;
    try {
      await run(context);
    } catch (error) {
      if (error instanceof DatabaseError || !(error instanceof OuraSyncError)) throw error;
      const { code, message: problem } = error;
      loggerOf("worker").warn("The task {name} failed ({code}): {problem}", {
        name,
        code,
        problem,
      });
    }
  }
}
