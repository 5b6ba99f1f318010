import type { Settings } from "../../config/environment/settings.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { retryFailedEvents } from "../../lib/db/store/jobs/waiting_events.ts";
import { openQueue } from "../../server/worker/open_queue.ts";

/** How much is tried again. */
export interface RetryCounts {
  readonly events: number;
  readonly jobs: number;
}

/** Makes events and jobs that were given up due again. */
export async function retryFailedJobs(settings: Settings, db: Database): Promise<RetryCounts> {
  await using queue = await openQueue(settings, db, false);
  const { events } = await retryFailedEvents(db);
  const wearers = await queue.takeFailed();
  await queue.ask(db, wearers, { syncDueAt: new Date() });
  return { events, jobs: wearers.length };
}
