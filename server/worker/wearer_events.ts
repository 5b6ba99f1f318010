/** The part of a job that works through a wearer's events. */
import {
  type DocumentEvents,
  type EventOutcome,
  settleEvents,
  takeEvents,
} from "../../lib/db/store/jobs/events.ts";
import type { ErrorCode } from "../../lib/error_codes/codes.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { BusyError, OuraUnavailableError, SignInError } from "../../lib/errors.ts";
import { InterruptedError } from "../../lib/process/interrupted_error.ts";
import { loggerOf } from "../../lib/log/log.ts";
import type { DocumentEnding } from "../../pipelines/sync/documents/one_document.ts";
import { hasSingleDocuments } from "../../pipelines/sync/documents/sync_documents.ts";
import { type JobReport, runJob } from "../../pipelines/sync/job.ts";
import type { Session } from "../../pipelines/sync/session.ts";
import { signedIn } from "../../pipelines/sync/wearers.ts";
import { command } from "../../lib/program_command.ts";
import { isBug, tellBug, WearerBug } from "./bugs.ts";

/** Documents of one run. */
const MOST_DOCUMENTS = 50;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** An event can come before its document can be read; after the last wait it is taken for deleted. */
const WAITS_FOR_DOCUMENT = [30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE];
/** A document that failed is tried again after these waits, and is then dead until `worker retry`. */
const WAITS_AFTER_FAILURE = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR];
/** Another process has the data type: a run of `sync` takes seconds. */
const WAIT_WHILE_BUSY = 10 * SECOND;
/** Not caused by the document: the wearer has to sign in again, or Oura cannot be reached. */
const WAIT_FOR_SIGN_IN = HOUR;
const WAIT_FOR_OURA = 5 * MINUTE;
const PATIENCE = 14 * 24 * HOUR;

/**
 * Works through the events of a wearer that are due.
 * @returns Whether there was any.
 * @throws {DatabaseError} The events are then as they were.
 */
export async function syncEvents(
  session: Session,
  userId: string,
  now: () => Date,
): Promise<boolean> {
  const { db, pipeline, signal } = session;
  const due = await takeEvents(db, userId, now(), MOST_DOCUMENTS);
  const isKnown = ({ dataType }: DocumentEvents) => hasSingleDocuments(pipeline, dataType);
  const known = due.filter(isKnown);
  const unknown = due.filter((each) => !isKnown(each));
  await settle(session, userId, now(), unknown.map((each) => [each, { state: "ignored" }]));
  if (known.length === 0) return due.length > 0;
  const endings = await runDocuments(session, userId, known);
  if (signal.aborted) return true;
  await settle(
    session,
    userId,
    now(),
    known.map((each, index) => [each, outcomeOf(each, endings[index]!, now())]),
  );
  return true;
}

/** Runs the documents; where that ends in a bug, one by one, so that the others do not wait for it. */
async function runDocuments(
  session: Session,
  userId: string,
  due: readonly DocumentEvents[],
): Promise<DocumentEnding[]> {
  try {
    const report = await runJob(session, {
      kind: "documents",
      command: "worker",
      wearer: signedIn(session, userId),
      documents: due.map((each) => ({
        dataType: each.dataType,
        documentId: each.objectId,
        whenMissing: mayStillCome(each) ? "wait" : "deleted",
      })),
    });
    return endingsOf(report, due.length);
  } catch (error) {
    if (!isBug(error)) throw error;
    if (due.length === 1) {
      tellBug(`an event of ${due[0]!.dataType} of wearer ${userId}`, error);
      return [{ state: "failed", error: new WearerBug(error) }];
    }
    const endings: DocumentEnding[] = [];
    for (const each of due) endings.push(...await runDocuments(session, userId, [each]));
    return endings;
  }
}

/** A run that could not begin failed for all of its documents. */
function endingsOf(report: JobReport, count: number): DocumentEnding[] {
  if ("documents" in report) return report.documents.map(({ ending }) => ending);
  if (report.error === null) throw new TypeError("a run without documents reports no error");
  return Array<DocumentEnding>(count).fill({ state: "failed", error: report.error });
}

/** Keeps what became of the events, all in one transaction. */
async function settle(
  { db }: Session,
  userId: string,
  now: Date,
  outcomes: readonly (readonly [DocumentEvents, EventOutcome])[],
): Promise<void> {
  if (outcomes.length === 0) return;
  await retryTransaction(db, async (tx) => {
    for (const [{ ids }, outcome] of outcomes) {
      await settleEvents(tx, userId, ids, outcome, now);
    }
  });
  for (const [{ dataType }, outcome] of outcomes) {
    if (outcome.state !== "failed") continue;
    loggerOf("worker").warn(
      "The worker gave up an event of {dataType} of wearer {userId} ({code}). To try it again, " +
        `run ${command("worker retry")}.`,
      { userId, dataType, code: outcome.error },
    );
  }
}

function mayStillCome({ action, attempts }: DocumentEvents): boolean {
  return action === "fetch" && attempts < WAITS_FOR_DOCUMENT.length;
}

function outcomeOf(due: DocumentEvents, ending: DocumentEnding, now: Date): EventOutcome {
  const { attempts } = due;
  const again = (wait: number, error: ErrorCode, isTry = true): EventOutcome => ({
    state: "retry",
    at: new Date(now.getTime() + wait),
    error,
    isTry,
  });
  switch (ending.state) {
    case "stored":
    case "rejected":
    case "deleted":
      return { state: "done" };
    case "missing":
      return again(WAITS_FOR_DOCUMENT[attempts]!, "OURA_NOT_FOUND");
    case "busy":
      return again(WAIT_WHILE_BUSY, "ALL_BUSY", false);
  }
  const { error } = ending;
  if (error instanceof BusyError) return again(WAIT_WHILE_BUSY, error.code, false);
  if (error instanceof InterruptedError) return again(0, error.code, false);
  if (error instanceof SignInError || error instanceof OuraUnavailableError) {
    const hasWaited = now.getTime() - due.receivedAt.getTime();
    if (hasWaited > PATIENCE) return { state: "failed", error: error.code };
    const wait = error instanceof SignInError ? WAIT_FOR_SIGN_IN : WAIT_FOR_OURA;
    return again(wait, error.code, false);
  }
  const wait = WAITS_AFTER_FAILURE[attempts];
  return wait === undefined ? { state: "failed", error: error.code } : again(wait, error.code);
}
