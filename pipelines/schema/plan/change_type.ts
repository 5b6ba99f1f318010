/** A column whose type changes, and what a change that is no longer wanted has left behind. */
import type { Column, PipelineType } from "../../../config/model.ts";
import { COLUMN_TYPES } from "../../../lib/values/column_type.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import {
  addColumn,
  createView,
  dropColumn,
  dropView,
  renameColumn,
  retypeColumn,
  viewName,
} from "./ddl.ts";
import { briefLock, type DiffContext, step } from "./create_step.ts";
import { columnDefinition, type DeclaredObject, parsePrintedType } from "../database_schema.ts";
import type { MadeObject, Step } from "./step.ts";

/** A column as it is remembered. */
export function madeColumn(type: PipelineType, column: Column): MadeObject {
  const definition = { path: formatFieldPath(column.path), type: column.type };
  return { kind: "column", table: type.table, name: column.name, definition };
}

/** Drops what a change of type that is no longer wanted has left behind. */
export function abandonRetype(type: PipelineType, object: DeclaredObject): string[] {
  const { retype } = columnDefinition(object);
  return retype ? [dropColumn(type.table, retype.column)] : [];
}

/**
 * The new type is filled beside the old one, from the stored documents, and the two are exchanged
 * at the end: ALTER COLUMN TYPE would lock the table for as long as it takes to rewrite it.
 */
export function changeType(
  type: PipelineType,
  column: Column,
  object: DeclaredObject,
  printed: string,
  context: DiffContext,
): Step {
  const { table } = type;
  const { name } = column;
  const beside = retypeColumn(name);
  const { retype, path } = columnDefinition(object);
  const begun = retype?.to === column.type && path === formatFieldPath(column.path) &&
    context.state.tables.get(table)!.has(beside);
  return step(context, {
    kind: "change_type",
    table,
    name,
    description: `change ${table}.${name} from ${printed} to ${column.type}` +
      (begun ? " (begun)" : ""),
    sql: begun ? [] : [
      ...abandonRetype(type, object),
      ...addColumn(table, { ...column, name: beside }),
    ],
    swap: [
      // The view, which an earlier step has made or replaced, holds on to the column.
      ...(type.view ? [dropView(viewName(type))] : []),
      dropColumn(table, name),
      renameColumn(table, beside, name),
      ...(type.view ? [createView(type)] : []),
    ],
    revert: null,
    destructive: true,
    refills: true,
    lock: `${briefLock(table)} at the beginning and at the end; ` +
      "the refill locks one batch of rows at a time",
    remember: begun ? [] : [{
      put: {
        ...madeColumn(type, column),
        definition: {
          path: formatFieldPath(column.path),
          type: parsePrintedType(printed, COLUMN_TYPES) ?? printed,
          retype: { to: column.type, column: beside },
        },
      },
      refill: true,
    }],
  });
}
