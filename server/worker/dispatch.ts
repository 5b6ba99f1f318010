/**
 * Asks for the jobs that are due. An event asks for its job by itself; what waits for a time (a retry,
 * the next sync) or was left behind by a crash is found here.
 */
import type { Database } from "../../lib/db/driver/database.ts";
import {
  releaseAsideEvents,
  wearersWithDueEvents,
} from "../../lib/db/store/jobs/waiting_events.ts";
import {
  scheduleSync,
  unscheduledWearers,
  wearersDue,
} from "../../lib/db/store/jobs/sync_schedule.ts";
import type { WearerQueue } from "./queue.ts";
import { slotAfter } from "./slot.ts";

/** Wearers asked for in one round; the others come in the next ones. */
const MOST = 500;

/** What is asked for, and where. */
export interface DispatchOptions {
  readonly db: Database;
  readonly queue: WearerQueue;
  /** Milliseconds between two syncs of a wearer; null for no syncs. */
  readonly syncEveryMs: number | null;
}

/** One round. It can be repeated, and several workers can do it at once. */
export async function dispatch(options: DispatchOptions, now: Date): Promise<void> {
  const { db, queue, syncEveryMs } = options;
  await releaseAsideEvents(db);
  // One by one, so that the wearer who has waited longest has the oldest job and is served first.
  for (const userId of await wearersWithDueEvents(db, now, MOST)) {
    await queue.ask(db, [userId], "events");
  }
  if (syncEveryMs === null) return;
  for (const { userId, isKnown } of await unscheduledWearers(db, after(now, syncEveryMs))) {
    // A new wearer waits for a first sync; all others keep to their point of the interval.
    await scheduleSync(db, userId, isKnown ? slotAfter(userId, now, syncEveryMs) : now);
  }
  for (const { userId, dueAt } of await wearersDue(db, now, MOST)) {
    await queue.ask(db, [userId], { syncDueAt: dueAt });
  }
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
