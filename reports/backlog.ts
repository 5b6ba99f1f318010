/** What waits to be done by workers, and what they gave up. */
import type { Queryable } from "../lib/db/driver/database.ts";
import { type JobCounts, jobCounts } from "../lib/db/store/jobs/job_queue.ts";
import { mayRead } from "../lib/db/store/readable.ts";
import { type EventCounts, eventCounts } from "../lib/db/store/jobs/waiting_events.ts";

/** The work of all wearers. */
export interface Backlog {
  /** Events that webhooks brought; null for a role that may not read them. */
  readonly events: EventCounts | null;
  /** Null where no worker or receiver has run. */
  readonly jobs: JobCounts | null;
}

/** Reads the backlog. */
export async function readBacklog(db: Queryable, now: Date): Promise<Backlog> {
  const events = await mayRead(db, "webhook_events") ? await eventCounts(db, now) : null;
  return { events, jobs: await jobCounts(db) };
}

/** Whether workers have run here, or events wait for one. */
export function isUsed({ events, jobs }: Backlog): boolean {
  return jobs !== null || (events !== null && events.pending + events.failed + events.aside > 0);
}
