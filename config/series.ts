import type { Series } from "./model.ts";
import { fieldNames } from "../lib/values/field_path.ts";
import type { CatalogField } from "../lib/oura/catalog/paths.ts";
import { pathProblem } from "./catalog_fields.ts";
import type { TypeContext } from "./columns.ts";
import type { SeriesDeclaration, TypeDeclaration } from "./yaml/grammar.ts";
import { tableNameProblem } from "./names.ts";
import { type Path, quote } from "./yaml/problem.ts";

/** The declared series that are right; the others are reported. */
export function compileSeries(declared: TypeDeclaration["series"], context: TypeContext): Series[] {
  const series: Series[] = [];
  for (const [name, declaration] of Object.entries(declared ?? {})) {
    const at = [...context.path, "series", name];
    const long = typeof declaration === "string" ? { path: declaration } : declaration;
    const nameProblem = tableNameProblem(name);
    if (nameProblem !== null) context.report(at, nameProblem);
    const compiled = compileOne(name, long, context, {
      own: at,
      path: typeof declaration === "string" ? at : [...at, "path"],
    });
    if (compiled !== null && nameProblem === null) series.push(compiled);
  }
  return series;
}

interface Places {
  /** The path of the series in the file. */
  readonly own: Path;
  /** The path of its `path` in the file. */
  readonly path: Path;
}

function compileOne(
  name: string,
  series: SeriesDeclaration,
  context: TypeContext,
  places: Places,
): Series | null {
  const field = context.fields?.get(series.path);
  if (field === undefined && series.new_field !== true) {
    const problem = pathProblem(series.path, context.fields, context.name);
    if (problem !== null) {
      context.report(places.path, problem);
      return null;
    }
  }
  const shape = shapeOf(series, field, context, places);
  if (shape === null) return null;
  const base = { name, path: fieldNames(series.path), shape };
  if (shape === "samples") {
    return optionsOfSamples(series, context, places)
      ? { ...base, everySeconds: null, start: null, codes: null }
      : null;
  }
  const everySeconds = series.every ?? field?.steps?.everySeconds;
  const start = series.start ?? field?.steps?.start;
  const codes = series.codes ?? field?.steps?.codes ?? {};
  if (everySeconds === undefined) {
    context.report([...places.own, "every"], "missing; say how far apart the items are: every: 5m");
  }
  if (start === undefined) {
    context.report([...places.own, "start"], "missing; name the field of the first item's instant");
  } else if (series.start !== undefined && !startFits(series, context, places)) return null;
  if (shape === "list" && series.codes !== undefined) {
    context.report([...places.own, "codes"], "only characters of a text have codes");
    return null;
  }
  if (everySeconds === undefined || start === undefined) return null;
  const coded = Object.keys(codes).length > 0;
  return { ...base, everySeconds, start: fieldNames(start), codes: coded ? codes : null };
}

/** The shape the catalog knows, else the declared one; reported and null where there is none. */
function shapeOf(
  series: SeriesDeclaration,
  field: CatalogField | undefined,
  context: TypeContext,
  places: Places,
): Series["shape"] | null {
  if (field === undefined) {
    if (series.shape !== undefined) return series.shape;
    if (series.every === undefined && series.start === undefined) return "samples";
    if (series.codes !== undefined) return "string";
    context.report([...places.own, "shape"], "missing; write shape: string or shape: list");
    return null;
  }
  const known = field.steps ? "string" : field.shape;
  if (known !== "samples" && known !== "string" && known !== "list") {
    const inside = context.fields === null ? [] : [...context.fields.values()]
      .filter((other) => other.shape === "samples" || other.steps).map((other) => other.path);
    const hint = inside.length === 0 ? "" : `; in ${context.name} these do: ${inside.join(", ")}`;
    context.report(
      places.path,
      `${quote(series.path)} holds no samples, list or phase text${hint}`,
    );
    return null;
  }
  if (series.shape === undefined || series.shape === known) return known;
  context.report([...places.own, "shape"], `${quote(series.path)} is of the shape ${known}`);
  return null;
}

/** Samples say themselves when they start and how far apart they are. */
function optionsOfSamples(
  series: SeriesDeclaration,
  context: TypeContext,
  places: Places,
): boolean {
  const needless = (["every", "start", "codes"] as const).filter((key) =>
    series[key] !== undefined
  );
  for (const key of needless) {
    context.report(
      [...places.own, key],
      `${quote(series.path)} says this itself; leave ${key} out`,
    );
  }
  return needless.length === 0;
}

function startFits(series: SeriesDeclaration, context: TypeContext, places: Places): boolean {
  const start = series.start ?? "";
  const at = [...places.own, "start"];
  const field = context.fields?.get(start);
  const problem = field === undefined
    ? pathProblem(start, context.fields, context.name)
    : field.column === "timestamptz"
    ? null
    : `${quote(start)} is ${field.column}; the first sample needs a date and time`;
  if (problem !== null) context.report(at, problem);
  return problem === null;
}
