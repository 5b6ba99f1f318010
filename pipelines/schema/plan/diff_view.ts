/** The view `v_<type>`: wanted, with the right columns, or no longer wanted. */
import type { PipelineType } from "../../../config/model.ts";
import { UsageError } from "../../../lib/errors.ts";
import { createView, dropView, viewColumns, viewName } from "./ddl.ts";
import { briefLock, type DiffContext, step } from "./create_step.ts";
import { findObject } from "../database_schema.ts";
import type { Step } from "./step.ts";

/** Compares the declared view of a data type with the one that is there. */
export function diffView(type: PipelineType, context: DiffContext): Step[] {
  const { table } = type;
  const name = viewName(type);
  const made = findObject(context.state, "view", table, name);
  const exists = context.state.views.has(name);
  if (!type.view) {
    if (!made) return [];
    return [step(context, {
      kind: "drop_view",
      table,
      name,
      description: `drop the view ${name}, which oura.yaml no longer asks for`,
      sql: [dropView(name)],
      revert: null,
      lock: briefLock(name),
      remember: [{ forget: { kind: "view", table, name } }],
    })];
  }
  if (exists && !made) {
    throw new UsageError(
      "VIEW_TAKEN",
      `${context.schema}.${name} is there already, and not made by this program`,
      { hint: `Take view: true from ${type.name} in oura.yaml, or rename the view.` },
    );
  }
  const definition = { columns: viewColumns(type) };
  if (exists && JSON.stringify(made!.definition.columns) === JSON.stringify(definition.columns)) {
    return [];
  }
  return [step(context, {
    kind: "replace_view",
    table,
    name,
    description: `${exists ? "replace" : "create"} the view ${name}`,
    sql: [dropView(name), createView(type)],
    revert: [dropView(name)],
    lock: briefLock(name),
    remember: [{ put: { kind: "view", table, name, definition }, refill: false }],
  })];
}
