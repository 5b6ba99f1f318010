/** Carries out steps until none is left: first the DDL, then the refills, then the exchanges. */
import type { Pipeline, PipelineType } from "../../../config/model.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import { quoteLiteral } from "../../../lib/db/driver/identifiers.ts";
import type { ApplyOptions, ApplyReport, RefillProgress } from "./apply_options.ts";
import { tableName } from "../plan/ddl.ts";
import { withDayColumn } from "../plan/diff.ts";
import { execute } from "./execute.ts";
import { refill, saveState } from "../refill/refill.ts";
import { type RefillTask, refillTask } from "../refill/task.ts";
import { type LiveState, readState } from "../database_schema.ts";
import type { Step } from "../plan/step.ts";
import { swapColumn } from "./swap_column.ts";
import type { ApplyLock } from "../apply_lock.ts";
import { markUndeclared } from "./mark_undeclared.ts";

/** What is to be done, and what needs leave. */
export interface Choice {
  readonly steps: readonly Step[];
  readonly pending: readonly Step[];
}

/** A step may make another one necessary, such as the index of an exchanged column. */
const MOST_ROUNDS = 4;

/** Runs the chosen steps, and chooses again until nothing is left to do. */
export async function applySteps(
  db: Database,
  pipeline: Pipeline,
  options: ApplyOptions,
  turn: ApplyLock,
  choose: (state: LiveState) => Promise<Choice>,
): Promise<ApplyReport> {
  const { onStep = () => {}, signal } = options;
  const run = { turn, checksum: pipeline.checksum, signal };
  const types = new Map(pipeline.types.map((type) => [type.table, withDayColumn(type)]));
  const applied: Step[] = [];
  const refills: (RefillProgress & { done: boolean })[] = [];
  let state = await readState(db);
  let choice = await choose(state);
  for (let round = 0; choice.steps.length > 0 && round < MOST_ROUNDS; round++) {
    const { steps } = choice;
    for (const step of steps) onStep(step);
    await execute(db, steps, run);
    applied.push(...steps);
    let settled = true;
    for (const task of await refillsDue(db, types.values())) {
      const { table } = task.type;
      const onProgress = options.onRefill &&
        ((counts: Omit<RefillProgress, "table">) => options.onRefill?.({ table, ...counts }));
      const { batchRows } = options;
      const outcome = await refill(db, task, { turn, batchRows, onProgress, signal });
      refills.push({ table, ...outcome });
      settled &&= outcome.done;
    }
    state = await readState(db);
    for (const step of steps.filter(({ swap }) => swap !== undefined)) {
      settled = await swapColumn(db, types.get(step.table)!, step, state, run) && settled;
    }
    state = await readState(db);
    choice = await choose(state);
    // What a sync at work keeps from being finished is left to the next run.
    if (!settled) break;
  }
  await markUndeclared(db, choice.pending, state);
  return { applied, pending: choice.pending, refills };
}

/** The passes that are due; what belongs to empty tables is marked as filled at once. */
async function refillsDue(db: Database, types: Iterable<PipelineType>): Promise<RefillTask[]> {
  const state = await readState(db);
  const tasks = [...types].map((type) => refillTask(type, state)).filter((task) => task !== null);
  if (tasks.length === 0) return [];
  const busy = await tablesInUse(db, tasks);
  // A column whose type changes is not done before it is exchanged.
  const isEmpty = ({ type, objects }: RefillTask) =>
    !busy.has(type.table) && !objects.some(({ retyped }) => retyped);
  for (const { type, objects } of tasks.filter(isEmpty)) {
    await saveState(db, type.table, objects, null);
  }
  return tasks.filter((task) => !isEmpty(task));
}

/** Tables that have rows, or that a sync at work may be filling. */
async function tablesInUse(db: Database, tasks: readonly RefillTask[]): Promise<Set<string>> {
  const selects = tasks.map(({ type }, i) =>
    `SELECT ${i} AS place WHERE EXISTS (SELECT 1 FROM ${tableName(type.table)})
      OR EXISTS (SELECT 1 FROM oura.sync_leases WHERE data_type = ${quoteLiteral(type.name)})`
  );
  const { rows } = await db.query<{ place: number }>(
    selects.join("\nUNION ALL "),
  );
  return new Set(rows.map(({ place }) => tasks[place]!.type.table));
}
