/**
 * The session of a worker, which runs for months while `oura.yaml` is edited and `apply` changes the
 * tables. Before each job it compares both with what it knows, so that each job fills all columns
 * that exist when it begins.
 */
import type { PipelineSource } from "../../config/changing_pipeline.ts";
import type { Pipeline } from "../../config/model.ts";
import { BusyError, DatabaseError, OuraSyncError, UsageError } from "../../lib/errors.ts";
import { loggerOf } from "../../lib/log/log.ts";
import { isBug, tellBug } from "./bugs.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import { type LiveState, readState } from "../../pipelines/schema/database_schema.ts";
import { latestChange } from "../../pipelines/schema/history.ts";
import { livePipeline } from "../../pipelines/schema/live_pipeline.ts";
import { diff } from "../../pipelines/schema/plan/diff.ts";
import { compileTypes } from "../../pipelines/stages/compiled.ts";
import type { Session } from "../../pipelines/sync/session.ts";

/** How long until an unfinished refill is tried again, in ms: a job may have begun without the column. */
const FILL_AGAIN_MS = 60_000;

/** A configuration and the change of the tables that it was compared with. */
interface Compared {
  readonly declared: Pipeline;
  /** The latest change that `apply` had recorded; null before the first comparison. */
  readonly change: number | null;
}

type Compiled = Pick<Session, "pipeline" | "compiled">;

/** Holds a session, and opens another when `oura.yaml` or the tables have changed. */
export class LiveSession implements AsyncDisposable {
  #session: Session;
  #loaded: Compared;
  #adjusted: Compared | null = null;
  /** When an unfinished refill is tried again, by the monotonic clock. */
  #fillAt = Infinity;
  #adjusting: Promise<void> | null = null;
  /** The latest configuration that did not fit the tables; reported once. */
  #refused: Pipeline | null = null;

  /**
   * @param session The session to begin with; it is closed together with this one.
   * @param declared The configuration that `session` was opened with.
   * @param source The configuration from now on.
   */
  constructor(session: Session, declared: Pipeline, private readonly source: PipelineSource) {
    this.#session = session;
    this.#loaded = { declared, change: null };
  }

  /**
   * The session for a job that begins now. One query when nothing has changed.
   * @throws {DatabaseError} When the database is away.
   */
  async current(): Promise<Session> {
    const declared = await this.source.current();
    const change = await latestChange(this.#session.db);
    // One that did not fit is tried each time: what stood in its way may be removed without `apply`.
    if (!isSame(this.#loaded, { declared, change })) await this.#load({ declared, change });
    return this.#session;
  }

  /** The configuration in force. */
  get pipeline(): Pipeline {
    return this.#session.pipeline;
  }

  async #load({ declared, change }: Compared): Promise<void> {
    const state = await readState(this.#session.db);
    const compiled = this.#compile(declared, state);
    const accepted = compiled ? declared : this.#loaded.declared;
    if (isSame(this.#loaded, { declared: accepted, change })) return;
    this.#session = { ...this.#session, ...compiled ?? compile(accepted, state) };
    this.#loaded = { declared: accepted, change };
  }

  /** The part of a configuration that the tables can take; null where it cannot be used. */
  #compile(declared: Pipeline, state: LiveState): Compiled | null {
    try {
      diff(declared, state, true);
      return compile(declared, state);
    } catch (error) {
      if (!isBug(error) && !(error instanceof UsageError)) throw error;
      if (declared !== this.#loaded.declared && declared !== this.#refused) {
        this.#refused = declared;
        if (error instanceof UsageError) tellUnusable(error);
        else tellBug("the changed oura.yaml", error);
      }
      return null;
    }
  }

  /**
   * Adds declared columns that the tables lack, and fills them beside the jobs, because filling may
   * take long. Does nothing when this is done or running.
   */
  adjust(): void {
    const isDone = this.#adjusted !== null && isSame(this.#adjusted, this.#loaded) &&
      performance.now() < this.#fillAt;
    if (isDone || this.#adjusting !== null) return;
    this.#adjusting = this.#adjust(this.#loaded).finally(() => this.#adjusting = null);
  }

  async #adjust(loaded: Compared): Promise<void> {
    const { db, lease, signal } = this.#session;
    try {
      const { refills } = await applyAdditive(db, loaded.declared, { ...lease, signal, waitMs: 0 });
      this.#adjusted = loaded;
      const isOpen = refills.some(({ done }) => !done);
      this.#fillAt = isOpen ? performance.now() + FILL_AGAIN_MS : Infinity;
    } catch (error) {
      // Another process does the same work, or the worker stops: the next round looks again.
      if (signal.aborted || error instanceof BusyError) return;
      if (!(error instanceof DatabaseError)) [this.#adjusted, this.#fillAt] = [loaded, Infinity];
      if (!(error instanceof OuraSyncError)) return tellBug("the new columns of oura.yaml", error);
      loggerOf("worker").warn("The tables could not be adjusted to oura.yaml: {problem}", {
        problem: error.message,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#adjusting;
    await this.#session[Symbol.asyncDispose]();
  }
}

/** Warns about a configuration that the worker cannot use. */
export function tellUnusable(problem: UsageError): void {
  loggerOf("worker").warn(
    "The changed oura.yaml cannot be used; the previous one stays in force: {problem}",
    { problem: problem.message },
  );
}

function compile(declared: Pipeline, state: LiveState): Compiled {
  const pipeline = livePipeline(declared, state);
  return { pipeline, compiled: compileTypes(pipeline) };
}

function isSame(a: Compared, b: Compared): boolean {
  return a.declared === b.declared && a.change === b.change;
}
