/** Indexes that `oura.yaml` asks for, and those it no longer does. */
import type { PipelineType } from "../../../config/model.ts";
import { createIndex, dropIndex, indexName } from "./ddl.ts";
import { briefLock, type DiffContext, step } from "./create_step.ts";
import { findObject } from "../database_schema.ts";
import type { Step } from "./step.ts";

/**
 * Compares the declared indexes of a data type with those of its table. An index whose building was
 * interrupted is there but invalid: it is dropped and built again. The index of a column that is no
 * longer declared stays and goes with the column.
 * @param renamed Columns being renamed, old name to new; their indexes go with them.
 */
export function diffIndexes(
  type: PipelineType,
  context: DiffContext,
  renamed: ReadonlyMap<string, string>,
): Step[] {
  const { table } = type;
  const { state } = context;
  const previousName = new Map([...renamed].map(([from, to]) => [to, from]));
  const steps: Step[] = [];
  for (const { name: column, index } of type.columns) {
    const name = indexName(table, previousName.get(column) ?? column);
    const live = state.indexes.get(name);
    if (index && !live?.valid) steps.push(add(table, column, live !== undefined, context));
    if (!index && findObject(state, "index", table, name)) {
      steps.push(drop(table, name, context));
    }
  }
  return steps;
}

function add(table: string, column: string, invalid: boolean, context: DiffContext): Step {
  const concurrently = isConcurrent(table, context);
  const name = indexName(table, column);
  return step(context, {
    kind: "add_index",
    table,
    name,
    description: `index ${table}.${column}${invalid ? ", whose building was interrupted" : ""}`,
    sql: [
      ...(invalid ? [dropIndex(name, concurrently)] : []),
      createIndex(table, column, concurrently),
    ],
    revert: [dropIndex(name, concurrently)],
    lock: concurrently
      ? `SHARE UPDATE EXCLUSIVE on ${table} while it is built: reading and writing go on`
      : `SHARE on ${table} while it is built: reading goes on`,
    concurrent: concurrently,
    remember: [{ put: { kind: "index", table, name, definition: {} }, refill: false }],
  });
}

/** PostgreSQL builds no index of a partitioned table beside its writers. */
function isConcurrent(table: string, { concurrently, state }: DiffContext): boolean {
  return concurrently && !state.partitioned.has(table);
}

function drop(table: string, name: string, context: DiffContext): Step {
  const concurrently = isConcurrent(table, context);
  return step(context, {
    kind: "drop_index",
    table,
    name,
    description: `drop the index ${name}, which oura.yaml no longer asks for`,
    sql: [dropIndex(name, concurrently)],
    revert: null,
    lock: concurrently ? "none that blocks reading or writing" : briefLock(table),
    concurrent: concurrently,
    remember: [{ forget: { kind: "index", table, name } }],
  });
}
