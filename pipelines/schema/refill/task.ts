/** Which columns and series of a table wait to be filled, and where the filling goes on. */
import type { PipelineType } from "../../../config/model.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import type { RefillColumn } from "./sql.ts";
import {
  columnDefinition,
  findObject,
  type LiveState,
  type RefillState,
} from "../database_schema.ts";
import type { ObjectName } from "../database_schema.ts";

/** A column or series to be filled. */
export interface RefillObject extends ObjectName {
  /** Whether it is a column whose type changes, filled beside the previous one. */
  readonly retyped: boolean;
}

/** One pass over one table. */
export interface RefillTask {
  /** The data type with nothing but what is to be filled. */
  readonly type: PipelineType;
  /** In the order of `type.columns`, under the names they have in the table now. */
  readonly columns: readonly RefillColumn[];
  /** What is filled when the pass is done. */
  readonly objects: readonly RefillObject[];
  /** When the last of them became due, and the first key that not all of them have met. */
  readonly state: RefillState;
}

/** The pass a data type needs; null when everything is filled. */
export function refillTask(type: PipelineType, state: LiveState): RefillTask | null {
  const objects: RefillObject[] = [];
  const states: RefillState[] = [];
  const columns: RefillColumn[] = [];
  const { table } = type;
  const wait = (kind: "column" | "series", name: string) => {
    const object = findObject(state, kind, table, name);
    if (!object?.refill || !object.declared) return undefined;
    const retyped = object.definition.retype !== undefined;
    objects.push({ kind, table, name, retyped });
    states.push(object.refill);
    return object;
  };
  const filled = type.columns.flatMap((column) => {
    const object = wait("column", column.name);
    if (!object) return [];
    const { retype, path } = columnDefinition(object);
    const name = retype?.column ?? column.name;
    // The previous column can stand in only where it holds the same field.
    const previous = retype && path === formatFieldPath(column.path) ? column.name : null;
    columns.push({ name, type: column.type, previous });
    return [{ ...column, name }];
  });
  const series = type.series.filter(({ name }) => wait("series", name) !== undefined);
  if (objects.length === 0) return null;
  return {
    // What is stored already need not be made ready to be stored.
    type: { ...type, columns: filled, series, keepRaw: false, history: false },
    columns,
    objects,
    state: states.reduce((a, b) => ({
      since: a.since > b.since ? a.since : b.since,
      after: earlierPlace(a.after, b.after),
    })),
  };
}

/** Where both go on: at the beginning, unless they have come equally far. */
function earlierPlace(a: RefillState["after"], b: RefillState["after"]): RefillState["after"] {
  return JSON.stringify(a) === JSON.stringify(b) ? a : null;
}
