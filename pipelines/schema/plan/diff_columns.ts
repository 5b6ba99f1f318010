/** Columns: added, renamed, filled from elsewhere, of another type, or no longer declared. */
import type { Column, PipelineType } from "../../../config/model.ts";
import { COLUMN_TYPES } from "../../../lib/values/column_type.ts";
import { UsageError } from "../../../lib/errors.ts";
import { fieldNames, formatFieldPath } from "../../../lib/values/field_path.ts";
import { abandonRetype, changeType, madeColumn } from "./change_type.ts";
import {
  addColumn,
  commentColumn,
  dropColumn,
  indexName,
  renameColumn,
  renameIndex,
} from "./ddl.ts";
import { briefLock, type DiffContext, step } from "./create_step.ts";
import { columnDefinition, type DeclaredObject, parsePrintedType } from "../database_schema.ts";
import type { Memory, Step } from "./step.ts";

/** The steps of a table's columns. */
export interface ColumnSteps {
  readonly additive: readonly Step[];
  /** To be taken after everything that might still hold on to a column. */
  readonly destructive: readonly Step[];
  /** Old name to new name. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Compares the declared columns of a data type with those of its table. */
export function diffColumns(type: PipelineType, context: DiffContext): ColumnSteps {
  const live = context.state.tables.get(type.table) ?? new Map<string, string>();
  const made = new Map(
    context.state.objects
      .filter(({ kind, table }) => kind === "column" && table === type.table)
      .map((object) => [object.name, object]),
  );
  const declared = new Set(type.columns.map(({ name }) => name));
  // The oldest undeclared column with the same path and type is taken for the one renamed.
  const leftOver = [...made.values()].filter(({ name }) => live.has(name) && !declared.has(name));
  const renamed = new Map<string, string>();
  const additive: Step[] = [];

  for (const column of type.columns) {
    const object = made.get(column.name);
    if (object && live.has(column.name)) {
      additive.push(...diffColumn(type, column, object, live.get(column.name)!, context));
      continue;
    }
    if (live.has(column.name)) throw columnTaken(type, column, context);
    const previous = leftOver.find(({ name, definition }) =>
      !renamed.has(name) && definition.path === formatFieldPath(column.path) &&
      definition.type === column.type && definition.retype === undefined
    );
    if (previous) {
      renamed.set(previous.name, column.name);
      additive.push(rename(type, previous, column, context));
    } else {
      additive.push(add(type, column, context));
    }
  }
  const destructive = leftOver.filter(({ name }) => !renamed.has(name))
    .map((object) => drop(type, object, context));
  return { additive, destructive, renamed };
}

function columnTaken(type: PipelineType, column: Column, context: DiffContext): UsageError {
  return new UsageError(
    "COLUMN_TAKEN",
    `${context.schema}.${type.table} has a column ${column.name} that this program did not make`,
    { hint: "Give the declared column another name in oura.yaml, or rename the one in the table." },
  );
}

function add(type: PipelineType, column: Column, context: DiffContext): Step {
  return step(context, {
    kind: "add_column",
    table: type.table,
    name: column.name,
    description: `add ${type.table}.${column.name} ${column.type} from ${
      formatFieldPath(column.path)
    }`,
    sql: addColumn(type.table, column),
    revert: [dropColumn(type.table, column.name)],
    refills: true,
    lock: `${briefLock(type.table)}; the refill locks one batch of rows at a time`,
    remember: [{ put: madeColumn(type, column), refill: true }],
  });
}

function rename(
  type: PipelineType,
  previous: DeclaredObject,
  column: Column,
  context: DiffContext,
): Step {
  const { table } = type;
  const [oldIndex, newIndex] = [indexName(table, previous.name), indexName(table, column.name)];
  const indexed = column.index && context.state.indexes.has(oldIndex);
  const remember: Memory[] = [
    { move: { kind: "column", table, name: previous.name }, to: column.name },
    // No sync filled it while it was undeclared.
    ...(previous.declared ? [] : [{ put: madeColumn(type, column), refill: true }]),
    ...(indexed ? [{ move: { kind: "index" as const, table, name: oldIndex }, to: newIndex }] : []),
  ];
  return step(context, {
    kind: "rename_column",
    table,
    name: column.name,
    description: `rename ${table}.${previous.name} to ${column.name} (same path and type: kept)`,
    sql: [
      renameColumn(table, previous.name, column.name),
      ...(indexed ? [renameIndex(oldIndex, newIndex)] : []),
    ],
    revert: [
      renameColumn(table, column.name, previous.name),
      ...(indexed ? [renameIndex(newIndex, oldIndex)] : []),
    ],
    refills: !previous.declared,
    lock: briefLock(table),
    remember,
  });
}

/** A column that is there already: its path, its type, and whether it is filled. */
function diffColumn(
  type: PipelineType,
  column: Column,
  object: DeclaredObject,
  printed: string,
  context: DiffContext,
): Step[] {
  const { table } = type;
  const { name } = column;
  const live = parsePrintedType(printed, COLUMN_TYPES);
  if (live !== column.type) return [changeType(type, column, object, printed, context)];
  const previous = columnDefinition(object);
  const abandoned = abandonRetype(type, object);
  const path = formatFieldPath(column.path);
  const refill = { put: madeColumn(type, column), refill: true } as const;
  const base = {
    table,
    name,
    refills: true,
    lock: "one batch of rows at a time",
  };
  if (previous.path !== path) {
    const from = fieldNames(previous.path);
    return [step(context, {
      ...base,
      kind: "change_path",
      description: `fill ${table}.${name} from ${path} instead of ${previous.path}`,
      sql: [...abandoned, commentColumn(table, column)],
      revert: [commentColumn(table, { ...column, path: from, description: null })],
      remember: [refill],
    })];
  }
  if (object.declared && object.refill === null && abandoned.length === 0) return [];
  const interrupted = object.declared && abandoned.length === 0;
  return [step(context, {
    ...base,
    kind: "refill",
    description: interrupted
      ? `go on filling ${table}.${name} from ${path}`
      : `fill ${table}.${name} from ${path} again`,
    sql: abandoned,
    revert: null,
    remember: interrupted ? [] : [refill],
  })];
}

function drop(type: PipelineType, object: DeclaredObject, context: DiffContext): Step {
  const { table } = type;
  const { name } = object;
  const { path, type: columnType } = columnDefinition(object);
  const column = {
    name,
    path: fieldNames(path),
    type: columnType,
    index: false,
    description: null,
  };
  return step(context, {
    kind: "drop_column",
    table,
    name,
    description: `drop ${table}.${name}, which oura.yaml no longer declares`,
    sql: [...abandonRetype(type, object), dropColumn(table, name)],
    revert: addColumn(table, column),
    destructive: true,
    lock: briefLock(table),
    remember: [
      { forget: { kind: "column", table, name } },
      { forget: { kind: "index", table, name: indexName(table, name) } },
    ],
  });
}
