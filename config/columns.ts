import type { Column } from "./model.ts";
import type { ColumnType } from "../lib/values/column_type.ts";
import { fieldNames } from "../lib/values/field_path.ts";
import { type Fields, fittingTypes, pathProblem } from "./catalog_fields.ts";
import type { ColumnDeclaration, TypeDeclaration } from "./yaml/grammar.ts";
import { columnNameProblem } from "./names.ts";
import { type Path, quote, type Report } from "./yaml/problem.ts";

/** PostgreSQL's limit is 1600, less where columns are wide, and dropped ones count. */
const MOST_COLUMNS = 1500;

/** What the judges of columns and series need to know of the data type around them. */
export interface TypeContext {
  readonly name: string;
  /** The path of the data type in the file. */
  readonly path: Path;
  readonly fields: Fields;
  /** Built-in columns of the table with the path and type each is filled from; null: by the loader. */
  readonly builtIn: ReadonlyMap<string, { path: string; type: ColumnType } | null>;
  readonly report: Report;
}

/** The declared columns that are right, without those the table has anyway; the others are reported. */
export function compileColumns(
  declared: TypeDeclaration["columns"],
  context: TypeContext,
): Column[] {
  const columns: Column[] = [];
  for (const [name, declaration] of Object.entries(declared ?? {})) {
    const long = typeof declaration === "string" ? { path: declaration } : declaration;
    const at = [...context.path, "columns", name];
    const pathAt = typeof declaration === "string" ? at : [...at, "path"];
    if (context.builtIn.has(name)) {
      const problem = builtInProblem(name, long, context);
      if (problem !== null) context.report(at, problem);
      continue;
    }
    const nameProblem = columnNameProblem(name);
    if (nameProblem !== null) context.report(at, nameProblem);
    const type = typeOf(long, context, pathAt, [...at, "type"]);
    if (type === null || nameProblem !== null) continue;
    columns.push({
      name,
      path: fieldNames(long.path),
      type,
      index: long.index ?? false,
      description: context.fields?.get(long.path)?.description ?? null,
    });
  }
  if (columns.length > MOST_COLUMNS) {
    context.report(
      [...context.path, "columns"],
      `${columns.length} columns; a table of PostgreSQL holds ${MOST_COLUMNS} besides the built-in columns`,
    );
  }
  return columns;
}

/** The column's type, its own or the catalog's; null when something is wrong with path or type. */
function typeOf(
  column: ColumnDeclaration,
  context: TypeContext,
  pathAt: Path,
  typeAt: Path,
): ColumnType | null {
  const field = context.fields?.get(column.path);
  if (field === undefined) {
    const problem = column.new_field === true
      ? null
      : pathProblem(column.path, context.fields, context.name);
    if (problem !== null) {
      context.report(pathAt, problem);
      return null;
    }
    if (column.type !== undefined) return column.type;
    context.report(
      typeAt,
      `missing; the catalog does not know this field: write { path: ${column.path}, type: … }`,
    );
    return null;
  }
  if (column.type === undefined) return field.column;
  const fitting = fittingTypes(field);
  if (fitting.includes(column.type)) return column.type;
  context.report(
    typeAt,
    `${column.type} never fits ${quote(column.path)}, which is ${field.column}; ` +
      `what fits: ${fitting.join(", ")}`,
  );
  return null;
}

/** A built-in column may be named again as what it is; anything else would change its meaning. */
function builtInProblem(
  name: string,
  column: ColumnDeclaration,
  context: TypeContext,
): string | null {
  const builtIn = context.builtIn.get(name);
  const same = builtIn !== null && builtIn !== undefined && builtIn.path === column.path &&
    (column.type === undefined || column.type === builtIn.type) && column.index !== true;
  if (same) return null;
  const is = builtIn
    ? `always there, as ${builtIn.type} filled from ${builtIn.path}`
    : "always there, filled by the program";
  return `the column "${name}" is ${is}; choose another name`;
}
