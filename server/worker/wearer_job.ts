/**
 * What a job does for its wearer: first the documents that events name, then, if it is the job of a
 * sync, the sync if it is due.
 */
import { hasSignIn, isSyncDue, scheduleSync } from "../../lib/db/store/jobs/sync_schedule.ts";
import { setEventsAside } from "../../lib/db/store/jobs/waiting_events.ts";
import { EXIT, type ExitCode } from "../../lib/errors.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { runJob } from "../../pipelines/sync/job.ts";
import type { Session } from "../../pipelines/sync/session.ts";
import { signedIn } from "../../pipelines/sync/wearers.ts";
import { isBug } from "./bugs.ts";
import type { JobKind } from "./queue.ts";
import { slotAfter } from "./slot.ts";
import { syncEvents } from "./wearer_events.ts";

/** What the jobs of a worker share. */
export interface JobContext {
  readonly session: Session;
  /** Milliseconds between two syncs of a wearer; null for no syncs. */
  readonly syncEveryMs: number | null;
  readonly now: () => Date;
}

/** Runs of documents in one job; a wearer with more events lets others go first. */
const MOST_RUNS = 4;
const MINUTE = 60_000;
/** A sync with a bug ends in it again, until the program is another one. */
const WAIT_AFTER_BUG = 60 * MINUTE;
/** A sync that could not do its work is tried again before the next point of the interval, in ms. */
const SOONER: Partial<Record<ExitCode, number>> = {
  [EXIT.busy]: MINUTE,
  [EXIT.database]: MINUTE,
  [EXIT.oura]: 10 * MINUTE,
};

/**
 * Runs the job of a wearer. What it finishes stays done if it is interrupted.
 * @param signal Ends the job: the worker stops, or the queue has given the job to another worker.
 * @throws {DatabaseError} The queue then tries again.
 */
export async function runWearerJob(
  context: JobContext,
  userId: string,
  signal: AbortSignal,
  kind: JobKind = "sync",
): Promise<void> {
  const session = { ...context.session, signal };
  // A run is recorded under the wearer's name, which `forget` may just have removed everywhere.
  if (!await hasSignIn(session.db, userId)) return await setEventsAside(session.db, userId);
  try {
    for (let run = 0; run < MOST_RUNS && !signal.aborted; run++) {
      if (!await syncEvents(session, userId, context.now)) break;
    }
    // A sync may take long, and this place may be kept for events. It is asked for as a job of its own.
    if (kind === "sync" && !signal.aborted) await syncIfDue(context, session, userId);
  } catch (error) {
    // The next round of `dispatch` finds the rest.
    if (!(error instanceof InterruptedError) && !signal.aborted) throw error;
  }
}

async function syncIfDue(
  { syncEveryMs, now }: JobContext,
  session: Session,
  userId: string,
): Promise<void> {
  const { db, signal } = session;
  if (syncEveryMs === null || !await isSyncDue(db, userId, now())) return;
  const putOff = async (ms: number) => {
    const slot = slotAfter(userId, now(), syncEveryMs);
    const at = Math.min(slot.getTime(), now().getTime() + ms);
    await scheduleSync(db, userId, new Date(at));
  };
  const report = await runJob(session, {
    kind: "windows",
    command: "worker",
    wearer: signedIn(session, userId),
    demand: { kind: "pending" },
  }).catch(async (error) => {
    // Due for ever, it would keep those from being asked for who are due after it.
    if (isBug(error)) await putOff(WAIT_AFTER_BUG);
    throw error;
  });
  if (signal.aborted) return;
  const { exitCode, error } = report;
  if (error !== null) {
    loggerOf("worker").warn("The sync of wearer {userId} ended with {code}: {problem}", {
      userId,
      code: error.code,
      problem: error.message,
    });
  }
  await putOff(SOONER[exitCode] ?? Infinity);
}
