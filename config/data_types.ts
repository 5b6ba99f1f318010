import type { PipelineType } from "./model.ts";
import type { DataType, WindowFamily } from "../lib/oura/catalog/data_type.ts";
import type { ExportType } from "../lib/oura/catalog/export_type.ts";
import { EXPORT_CATALOG } from "../lib/oura/catalog/export_types.ts";
import { CATALOG, findDataType, findExportType } from "../lib/oura/catalog/index.ts";
import { fieldsOf } from "../lib/oura/catalog/paths.ts";
import { compileColumns, type TypeContext } from "./columns.ts";
import type { Declaration, TypeDeclaration } from "./yaml/grammar.ts";
import { isTimeKey, keyColumns, keyProblem } from "./key.ts";
import { BUILT_IN_COLUMNS, identifierProblem, tableNameProblem } from "./names.ts";
import { type Path, quote, type Report } from "./yaml/problem.ts";
import { compileSeries } from "./series.ts";
import { nearest } from "./yaml/suggest.ts";
import { compileWindow } from "./window.ts";

/** Parts of a data type that only the YAML can say where the catalog does not know it. */
interface Route extends
  Pick<
    PipelineType,
    | "known"
    | "endpoint"
    | "envelope"
    | "key"
    | "day"
    | "offset"
    | "scope"
    | "singleDocument"
    | "occasional"
  > {
  readonly by: WindowFamily;
}

/** The data types that are right, in the order of the file; the others are reported. */
export function compileTypes(declaration: Declaration, report: Report): PipelineType[] {
  const types: PipelineType[] = [];
  for (const [name, declared] of Object.entries(declaration.data_types)) {
    const type = compileType(name, declared ?? {}, declaration.defaults ?? {}, report);
    if (type !== null) types.push(type);
  }
  reportTableClashes(types, report);
  return types;
}

function compileType(
  name: string,
  declared: TypeDeclaration,
  defaults: NonNullable<Declaration["defaults"]>,
  report: Report,
): PipelineType | null {
  const path = ["data_types", name];
  const dataType = findDataType(name);
  // A declared endpoint means a route that Oura opened since: the file of the same name is not meant.
  // So do a key and a window: then the endpoint is missing or wrong.
  const isRoute = declared.endpoint !== undefined ||
    declared.key !== undefined && declared.window !== undefined;
  const exported = isRoute ? undefined : findExportType(name);
  const route = dataType
    ? routeOfKnown(dataType, declared, path, report)
    : exported
    ? routeOfExported(exported, declared, path, report)
    : routeOfUnknown(name, declared, path, report);
  if (route === null) return null;
  const context: TypeContext = {
    name,
    path,
    fields: dataType ?? exported ? fieldsOf((dataType ?? exported)!) : null,
    builtIn: builtInColumns(route),
    report,
  };
  const keepRaw = declared.keep_raw ?? defaults.keep_raw ?? true;
  if (declared.history === true && !keepRaw) {
    report(
      [...path, "history"],
      "history needs keep_raw: true, because it keeps previous documents",
    );
  }
  const view = declared.view ?? false;
  const viewProblem = view ? identifierProblem(`v_${name}`) : null;
  if (viewProblem !== null) report([...path, "view"], `the view v_${name}: ${viewProblem}`);
  const { by, ...rest } = route;
  return {
    name,
    table: name,
    ...rest,
    window: compileWindow(declared.window ?? {}, defaults.window ?? {}, by, path, report),
    keepRaw,
    // Without raw documents there is nothing to keep, whatever the defaults say.
    history: keepRaw && (declared.history ?? defaults.history ?? true),
    columns: compileColumns(declared.columns, context),
    series: compileSeries(declared.series, context),
    view,
  };
}

function routeOfKnown(
  dataType: DataType,
  declared: TypeDeclaration,
  path: Path,
  report: Report,
): Route {
  for (const key of ["endpoint", "key"] as const) {
    if (declared[key] !== undefined) {
      report([...path, key], `the catalog knows the ${key} of ${dataType.name}; leave it out`);
    }
  }
  const by = declared.window?.by;
  if (by !== undefined && by !== dataType.window) {
    report(
      [...path, "window", "by"],
      `${dataType.name} is asked by ${dataType.window}; leave by out`,
    );
  }
  return {
    known: true,
    endpoint: dataType.endpoint,
    envelope: dataType.envelope,
    by: dataType.window,
    key: dataType.key,
    day: dataType.day ?? null,
    offset: dataType.offset ?? null,
    scope: dataType.scope,
    singleDocument: dataType.singleDocument,
    occasional: dataType.occasional ?? false,
  };
}

/** A type of the account export: nothing is asked for, so that neither route nor window is said. */
function routeOfExported(
  { name, key, day, offset }: ExportType,
  declared: TypeDeclaration,
  path: Path,
  report: Report,
): Route {
  for (const option of ["key", "window"] as const) {
    if (declared[option] === undefined) continue;
    report([...path, option], `only the account export has ${name}; leave ${option} out`);
  }
  return {
    known: true,
    endpoint: null,
    envelope: "list",
    by: "none",
    key,
    day: day ?? null,
    offset: offset ?? null,
    scope: null,
    singleDocument: false,
    occasional: true,
  };
}

function routeOfUnknown(
  name: string,
  declared: TypeDeclaration,
  path: Path,
  report: Report,
): Route | null {
  if (declared.endpoint === undefined) {
    const meant = nearest(name, [...CATALOG, ...EXPORT_CATALOG].map((known) => known.name));
    if (meant && meant !== name) {
      report(path, `unknown data type ${quote(name)}; did you mean "${meant}"?`);
    } else report([...path, "endpoint"], `missing; the catalog knows no data type ${quote(name)}`);
    return null;
  }
  const nameProblem = tableNameProblem(name);
  if (nameProblem !== null) report(path, nameProblem);
  const by = declared.window?.by;
  if (by === undefined) {
    report([...path, "window", "by"], "missing; write window: { by: date }, datetime or none");
  }
  if (declared.key === undefined) {
    report([...path, "key"], "missing; name what identifies a document, such as key: [id]");
  }
  const problem = keyProblem(declared.key ?? []);
  if (problem !== null) report([...path, "key"], problem);
  return {
    known: false,
    endpoint: declared.endpoint,
    envelope: "list",
    by: by ?? "date",
    key: declared.key ?? ["id"],
    day: dayOf(declared),
    offset: null,
    scope: null,
    singleDocument: false,
    occasional: false,
  };
}

/** The path of an unknown type's day: that of a column named `day`. */
function dayOf(declared: TypeDeclaration): string | null {
  const day = declared.columns?.day;
  return day === undefined ? null : typeof day === "string" ? day : day.path;
}

function builtInColumns({ day, key }: Route): TypeContext["builtIn"] {
  const builtIn: Map<string, { path: string; type: "text" | "date" | "timestamptz" } | null> =
    new Map(BUILT_IN_COLUMNS.map((name) => [name, null]));
  if (day !== null) builtIn.set("day", { path: day, type: "date" });
  for (const { name, type } of keyColumns(key)) {
    // An id joined of several parts, or filled from another path, is nothing to be named again.
    if (isTimeKey(key) || (key.length === 1 && key[0] === name)) {
      builtIn.set(name, { path: name, type });
    }
  }
  return builtIn;
}

/** Series are separate tables, besides those of all data types the catalog knows. */
function reportTableClashes(types: readonly PipelineType[], report: Report): void {
  const tables = new Map<string, string>();
  for (const known of [...CATALOG, ...EXPORT_CATALOG]) {
    tables.set(known.name, `the table of ${known.name}`);
  }
  for (const type of types) tables.set(type.table, `the table of ${type.name}`);
  for (const type of types) {
    for (const { name } of type.series) {
      const owner = tables.get(name);
      if (owner === undefined) tables.set(name, `the series ${name} of ${type.name}`);
      else {
        report(
          ["data_types", type.name, "series", name],
          `the name is taken by ${owner}; choose another, such as "${type.name}_${name}"`,
        );
      }
    }
  }
}
