/** The comparison of `oura.yaml` with the database. Pure: nothing is asked, nothing changed. */
import type { Pipeline, PipelineType } from "../../../config/model.ts";
import { UsageError } from "../../../lib/errors.ts";
import { fieldNames } from "../../../lib/values/field_path.ts";
import { isTimeKeyed } from "../../stages/table.ts";
import { diffColumns } from "./diff_columns.ts";
import { diffIndexes } from "./diff_indexes.ts";
import { diffSeries } from "./diff_series.ts";
import { diffView } from "./diff_view.ts";
import { createTable, dropTable } from "./ddl.ts";
import { type DiffContext, step } from "./create_step.ts";
import { findObject, type LiveState } from "../database_schema.ts";
import type { Step } from "./step.ts";

/**
 * Every step from the database as it is to what `oura.yaml` declares, in a safe order: views let go
 * of columns before those are dropped, indexes come after the columns they cover. Data types that
 * the file does not name are left as they are.
 * @param concurrently Whether indexes are built without blocking writers; PGlite cannot.
 * @throws {UsageError} When a name is taken by something this program did not make, or the key of an
 *   existing table changes.
 */
export function diff(pipeline: Pipeline, state: LiveState, concurrently: boolean): Step[] {
  const context: DiffContext = { schema: pipeline.schema, state, concurrently };
  return pipeline.types.flatMap((declared) => {
    const type = withDayColumn(declared);
    const columns = diffColumns(type, context);
    return [
      ...diffTable(type, context),
      ...columns.additive,
      ...diffIndexes(type, context, columns.renamed),
      ...diffSeries(type, context),
      ...diffView(type, context),
      ...columns.destructive,
    ];
  });
}

/** The day of an endpoint the catalog does not know is a declared column, added like any other. */
export function withDayColumn(type: PipelineType): PipelineType {
  if (type.known || type.day === null) return type;
  const description = "The wearer's local day.";
  const path = fieldNames(type.day);
  const day = { name: "day", path, type: "date", index: true, description } as const;
  return { ...type, columns: [day, ...type.columns] };
}

function diffTable(type: PipelineType, context: DiffContext): Step[] {
  const { state } = context;
  const made = findObject(state, "table", type.table, type.table);
  const exists = state.tables.has(type.table);
  if (exists && type.known) return [];
  if (exists && !made) {
    throw new UsageError(
      "TABLE_TAKEN",
      `${context.schema}.${type.table} is there already, and not made by this program`,
      { hint: "Declare the data type under another name in oura.yaml, or rename the table." },
    );
  }
  const definition = { key: type.key };
  if (exists) {
    requireSameKey(type, made!.definition.key as string[], context);
    return [];
  }
  return [step(context, {
    kind: "create_table",
    table: type.table,
    name: type.table,
    description: `create table ${type.table}`,
    sql: createTable(type),
    revert: [dropTable(type.table)],
    lock: "none: the table is new",
    remember: type.known ? [] : [{
      put: { kind: "table", table: type.table, name: type.table, definition },
      refill: false,
    }],
  })];
}

/** Rows stored under another key would be met again as different documents. */
function requireSameKey(
  type: PipelineType,
  previous: readonly string[],
  context: DiffContext,
): void {
  if (JSON.stringify(previous) === JSON.stringify(type.key)) return;
  const kind = isTimeKeyed(type) ? "samples in time" : "documents";
  throw new UsageError(
    "KEY_CHANGED",
    `${context.schema}.${type.table} holds ${kind} keyed by ${previous.join(", ")}; ` +
      `oura.yaml now says ${type.key.join(", ")}`,
    { hint: "Declare the endpoint under a new name, or drop the table and sync again." },
  );
}
