/** A job: one wearer, and what is asked of it. Jobs of one session share no state that changes. */
import { DatabaseError, EXIT } from "../../lib/errors.ts";
import type { Priority } from "../../lib/oura/http/rate_budget.ts";
import { recordFailedRun } from "./failed_run.ts";
import type { SyncReport } from "./outcome.ts";
import type { Session } from "./session.ts";
import {
  type DocumentsOptions,
  type DocumentsReport,
  syncDocuments,
} from "./documents/sync_documents.ts";
import { sync, type SyncEvent } from "./sync_wearer.ts";
import type { ChosenWearer, WearerAccess } from "./wearers.ts";
import type { Demand } from "./plan/windows.ts";

/** What every job has. */
interface JobOf<Kind extends string> {
  readonly kind: Kind;
  readonly wearer: ChosenWearer;
  /** The name of the command, for the run record. */
  readonly command: string;
}

/** Sync the windows of a wearer. */
export interface WindowsJob extends JobOf<"windows"> {
  readonly demand: Demand;
  /** Names of data types. @default All of the pipeline */
  readonly types?: readonly string[] | undefined;
  readonly dryRun?: boolean | undefined;
  /** Who goes first where the rate is limited. @default "sync" */
  readonly priority?: Exclude<Priority, "document"> | undefined;
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
}

/** Sync some documents of a wearer. */
export interface DocumentsJob extends JobOf<"documents">, Pick<DocumentsOptions, "documents"> {}

/** What a session can run. */
export type Job = WindowsJob | DocumentsJob;

/** What a job reports; one that could not begin reports on no document. */
export type JobReport = SyncReport | DocumentsReport;

/**
 * Runs a job.
 * @returns How it went: an expired sign-in, a refusal and a failure of Oura are in the report.
 * @throws {DatabaseError} When the database is gone before the work begins.
 * @throws {UsageError} When the wearer cannot be the one that was asked for.
 */
export async function runJob(session: Session, job: Job): Promise<JobReport> {
  try {
    const access = await openWearer(session, job);
    const report = "exitCode" in access ? access : await run(session, job, access);
    if (report.exitCode === EXIT.database) session.keepLockFile();
    return report;
  } catch (error) {
    // Leases and the record of the run may be as they were.
    if (error instanceof DatabaseError) session.keepLockFile();
    throw error;
  }
}

/** Opens the wearer; an expired sign-in is recorded as a failed run. */
async function openWearer(session: Session, job: Job): Promise<WearerAccess | SyncReport> {
  const { command, wearer } = job;
  try {
    return await wearer.open(job.kind === "documents" ? "document" : job.priority ?? "sync");
  } catch (error) {
    if (job.kind === "windows" && job.dryRun) throw error;
    return await recordFailedRun({ ...session, command, ...wearer }, error);
  }
}

function run(session: Session, job: Job, { userId, http }: WearerAccess): Promise<JobReport> {
  const { db, pipeline, compiled, version, lease, signal } = session;
  const shared = { db, pipeline, compiled, version, lease, signal, userId, http };
  return job.kind === "windows"
    ? sync({ ...shared, ...job })
    : syncDocuments({ ...shared, ...job });
}
