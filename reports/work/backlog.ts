/** What waits to be done by workers, and what they gave up. */
import type { Queryable } from "../../lib/db/driver/database.ts";
import { type JobCounts, jobCounts } from "../../lib/db/store/job_queue.ts";
import { type EventCounts, eventCounts } from "../../lib/db/store/waiting_events.ts";

/** The work of all wearers. */
export interface Backlog {
  /** Events that webhooks brought. */
  readonly events: EventCounts;
  /** Null where no worker or receiver has run. */
  readonly jobs: JobCounts | null;
}

/** Reads the backlog. */
export async function readBacklog(db: Queryable, now: Date): Promise<Backlog> {
  return { events: await eventCounts(db, now), jobs: await jobCounts(db) };
}

/** Whether webhooks or workers are used here at all. */
export function isEmpty({ events, jobs }: Backlog): boolean {
  return jobs === null && events.pending + events.failed + events.aside === 0;
}
