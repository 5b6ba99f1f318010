/** Apply: the database is made to match `oura.yaml`, and what was added is filled from `raw_data`. */
import type { Pipeline } from "../../../config/model.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import type { ApplyOptions, ApplyReport } from "./apply_options.ts";
import { applySteps } from "./apply_steps.ts";
import { diff } from "../plan/diff.ts";
import { livePipeline } from "../live_pipeline.ts";
import { checkConversions } from "../plan/plan.ts";
import { type LiveState, readState } from "../database_schema.ts";
import { acquireApplyLock } from "../apply_lock.ts";
import { markUndeclared } from "./mark_undeclared.ts";

/** What was done, and what can be synced now. */
export interface AdditiveReport extends ApplyReport {
  /** The configuration as the tables can take it: use this one to load. */
  readonly pipeline: Pipeline;
}

/**
 * Carries out the plan.
 * @throws {BusyError} When another process applies for longer than `waitMs`.
 * @throws {UsageError} When a name is taken, or the key of a table would change.
 */
export async function apply(
  db: Database,
  pipeline: Pipeline,
  options: ApplyOptions & { allowDestructive?: boolean } = {},
): Promise<ApplyReport> {
  const { allowDestructive = false } = options;
  await using turn = await acquireApplyLock(db, options);
  return await applySteps(db, pipeline, options, turn, async (state) => {
    const steps = diff(pipeline, state, isConcurrent(db));
    if (allowDestructive) return { steps, pending: [] };
    const checked = await checkConversions(db, pipeline, state, steps);
    return {
      steps: checked.filter(({ destructive }) => !destructive),
      pending: checked.filter(({ destructive }) => destructive),
    };
  });
}

/**
 * What `sync` does by itself: adds and fills what is missing, and leaves alone what would change or
 * remove anything. One query when there is nothing to do.
 * @throws {BusyError} When another process is adding columns for longer than `waitMs`.
 * @throws {UsageError} When a name is taken, or the key of a table would change.
 */
export async function applyAdditive(
  db: Database,
  pipeline: Pipeline,
  options: ApplyOptions = {},
): Promise<AdditiveReport> {
  const choose = (state: LiveState) => {
    const steps = diff(pipeline, state, isConcurrent(db));
    return {
      steps: steps.filter(({ destructive }) => !destructive),
      pending: steps.filter(({ destructive }) => destructive),
    };
  };
  const state = await readState(db);
  const { steps, pending } = choose(state);
  if (steps.length === 0) {
    await markUndeclared(db, pending, state);
    const report = { applied: [], pending, refills: [] };
    return { ...report, pipeline: livePipeline(pipeline, state) };
  }
  await using turn = await acquireApplyLock(db, options);
  const report = await applySteps(
    db,
    pipeline,
    options,
    turn,
    (state) => Promise.resolve(choose(state)),
  );
  return { ...report, pipeline: livePipeline(pipeline, await readState(db)) };
}

/** PGlite has one connection, so that nothing can go on while an index is built. */
function isConcurrent(db: Database): boolean {
  return db.kind === "postgres";
}
