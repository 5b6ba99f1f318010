/**
 * The queue of jobs. A job says only that there is work for a wearer; the work itself is in our own tables
 * (events, due syncs), so that a job can be lost, or run twice, without harm. No two jobs of one
 * wearer run at once.
 */
import type { Queryable } from "../../lib/db/driver/database.ts";

/**
 * What a wearer waits for: documents that an event names come before whole syncs, and syncs come in the
 * order in which they became due.
 */
export type Urgency = "events" | { readonly syncDueAt: Date };

/** How many jobs run at once in this process. */
export interface Slots {
  /** For jobs of every urgency. */
  readonly general: number;
  /** For events only, so that they wait for no sync. */
  readonly events: number;
}

/** What a job is for. One that was moved up for events leaves the sync to the next one. */
export type JobKind = "events" | "sync";

/**
 * Does the work of a wearer.
 * @param signal Aborted when the process stops, or when the job was taken away from it.
 */
export type WearerJob = (userId: string, signal: AbortSignal, kind: JobKind) => Promise<void>;

/** Where jobs are asked for, and where they are run. */
export interface WearerQueue extends AsyncDisposable {
  /**
   * Asks for a job of each wearer; with a transaction, the job exists if and only if it commits. A
   * wearer whose job is waiting gets no second one: `events` moves it up. A wearer whose job is running
   * gets one more.
   */
  ask(queryable: Queryable, userIds: readonly string[], urgency: Urgency): Promise<void>;
  /** Runs jobs until the queue is disposed of, which waits for those that are running. */
  work(slots: Slots, job: WearerJob): Promise<void>;
  /** Removes the jobs that gave up. @returns Their wearers. */
  takeFailed(): Promise<string[]>;
}
