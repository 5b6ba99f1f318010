/** A data type whose windows are being read: how it starts, and how it ended. */
import type { Contract } from "../../../config/model.ts";
import { noRows, type RowCounts } from "../../../lib/db/store/runs.ts";
import type { OuraSyncError } from "../../../lib/errors.ts";
import type { Span } from "../../../lib/log/telemetry.ts";
import type { CompiledTypes } from "../../stages/compiled.ts";
import { watchDrift } from "../../stages/drift.ts";
import { breachOf } from "./contract.ts";
import { Batches } from "./load_batch.ts";
import type { Ending, TypeOutcome } from "../outcome.ts";
import type { TypeStages } from "./type_stages.ts";
import type { TypeJob } from "../plan/plan_jobs.ts";
import type { Window } from "../plan/windows.ts";

/** A data type whose windows are being read. */
export interface RunningType {
  readonly job: TypeJob;
  readonly stages: TypeStages;
  readonly span: Span;
  readonly counts: RowCounts;
  windowsDone: number;
  windowsLeft: number;
  /** Set at the first failure: from then on no further window of the type is read. */
  ending: Ending | null;
  outcome: TypeOutcome | null;
}

/** A data type before its first window. */
export function startType(
  job: TypeJob,
  hasOpenRejects: boolean,
  options: { contract: Contract; compiled: CompiledTypes; span: Span },
): RunningType {
  const { type, windows } = job;
  const { contract, compiled, span } = options;
  const stages = compiled.get(type.name)!;
  return {
    job,
    stages: {
      ...stages,
      type,
      batches: new Batches(stages.transform.table),
      hasOpenRejects,
      failOnBadRow: contract.badRows === "fail",
      drift: contract.newFields === "ignore" ? null : watchDrift(type),
      newRejects: { count: 0 },
    },
    span: span.child("type", { "oura_sync.data_type": type.name }),
    counts: noRows(),
    windowsDone: 0,
    windowsLeft: windows.length,
    ending: null,
    outcome: null,
  };
}

/**
 * How a data type ended.
 * @param fatal What stopped the run before the type's last window, if anything did.
 */
export function outcomeOf(
  { job, stages, counts, windowsDone, ending }: RunningType,
  contract: Contract,
  fatal: OuraSyncError | null,
): TypeOutcome {
  const newFields = stages.drift?.found() ?? [];
  const changedFields = stages.drift?.changed() ?? [];
  const progress = {
    dataType: job.type.name,
    counts,
    windows: { done: windowsDone, total: job.windows.length },
    ...(newFields.length > 0 ? { newFields } : {}),
    ...(changedFields.length > 0 ? { changedFields } : {}),
  };
  if (ending !== null) return { ...progress, ...ending };
  if (fatal !== null) return { ...progress, ...stopped(fatal) };
  const breach = breachOf(progress, stages.newRejects.count, contract);
  return breach === null
    ? { ...progress, state: "done" }
    : { ...progress, state: "failed", error: breach };
}

/** The ending of a data type that the end of the run cut short. */
export function stopped(error: OuraSyncError): Ending {
  return { state: "failed", error, stopped: true };
}

/**
 * Every type's newest window, then every type's next: what people look at first comes first. Within
 * a round the time series lead: their many pages come one after another, and would be waited for at
 * the end. Where all windows can be read side by side, as in a daily run, the time series lead with
 * all of theirs.
 * @param atOnce How many windows can be read side by side.
 */
export function newestOfAllFirst(types: readonly RunningType[], atOnce: number) {
  const isSeries = ({ job }: RunningType) => job.type.window.by === "datetime";
  const ordered = [...types.filter(isSeries), ...types.filter((type) => !isSeries(type))];
  if (types.reduce((sum, { job }) => sum + job.windows.length, 0) <= atOnce) {
    return ordered.flatMap((type) => type.job.windows.map((window) => ({ type, window })));
  }
  const rounds = Math.max(0, ...ordered.map(({ job }) => job.windows.length));
  const queue: { type: RunningType; window: Window }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const type of ordered) {
      const window = type.job.windows[round];
      if (window) queue.push({ type, window });
    }
  }
  return queue;
}
