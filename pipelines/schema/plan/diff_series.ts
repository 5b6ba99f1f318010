/** Series: child tables that come, are filled from elsewhere, or are no longer declared. */
import type { PipelineType, Series } from "../../../config/model.ts";
import { UsageError } from "../../../lib/errors.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import { createSeries, dropTable, tableName } from "./ddl.ts";
import { sampleType } from "../../stages/series/series_sql.ts";
import { briefLock, type DiffContext, step } from "./create_step.ts";
import { findObject } from "../database_schema.ts";
import type { MadeObject, Step } from "./step.ts";

const IN_BATCHES = "one batch of documents at a time";

/** What the samples of a series are made from. Equal definitions make equal samples. */
export function seriesDefinition(series: Series): Record<string, unknown> {
  const { path, shape, everySeconds, start, codes } = series;
  return {
    path: formatFieldPath(path),
    shape,
    every: everySeconds,
    start: start && formatFieldPath(start),
    codes: codes === null ? null : Object.entries(codes).toSorted(([a], [b]) => a < b ? -1 : 1),
    value: sampleType(shape),
  };
}

/** Whether two definitions of a series are the same; jsonb keeps no order of keys. */
export function sameDefinition(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): boolean {
  const sorted = (value: Readonly<Record<string, unknown>>) =>
    JSON.stringify(Object.entries(value).toSorted(([x], [y]) => x < y ? -1 : 1));
  return sorted(a) === sorted(b);
}

/** Compares the declared series of a data type with its child tables. */
export function diffSeries(type: PipelineType, context: DiffContext): Step[] {
  const { state } = context;
  const declared = new Set(type.series.map(({ name }) => name));
  const undeclared = state.objects.filter(({ kind, table, name }) =>
    kind === "series" && table === type.table && !declared.has(name)
  );
  return [
    ...type.series.flatMap((series) => diffOne(type, series, context)),
    ...undeclared.map(({ name }) => drop(type.table, name, context)),
  ];
}

function diffOne(type: PipelineType, series: Series, context: DiffContext): Step[] {
  const { state } = context;
  const { table } = type;
  const { name } = series;
  const object = findObject(state, "series", table, name);
  const exists = state.tables.has(name);
  if (exists && !object) {
    throw new UsageError(
      "TABLE_TAKEN",
      `${context.schema}.${name} is there already, and not as a series of ${type.name}`,
      { hint: "Give the series another name in oura.yaml, or drop the table." },
    );
  }
  const made: MadeObject = { kind: "series", table, name, definition: seriesDefinition(series) };
  const remember = [{ put: made, refill: true }];
  const source = `${table}, ${formatFieldPath(series.path)}`;
  if (!exists || !object) {
    return [step(context, {
      kind: "create_series",
      table,
      name,
      description: `create the series ${name} from ${source}`,
      sql: createSeries(type, series),
      revert: [dropTable(name)],
      refills: true,
      lock: IN_BATCHES,
      remember,
    })];
  }
  if (object.definition.value !== made.definition.value) {
    return [step(context, {
      kind: "change_series",
      table,
      name,
      description: `recreate the series ${name} from ${source}, with values of another type`,
      sql: [dropTable(name), ...createSeries(type, series)],
      revert: null,
      destructive: true,
      refills: true,
      lock: briefLock(name),
      remember,
    })];
  }
  const same = sameDefinition(object.definition, made.definition);
  if (same && object.declared && object.refill === null) return [];
  const interrupted = same && object.declared;
  return [step(context, {
    kind: same ? "refill" : "change_series",
    table,
    name,
    description: `${interrupted ? "go on filling" : "fill"} the series ${name} from ${source}`,
    sql: [],
    revert: null,
    refills: true,
    lock: IN_BATCHES,
    remember: interrupted ? [] : remember,
  })];
}

function drop(table: string, name: string, context: DiffContext): Step {
  return step(context, {
    kind: "drop_series",
    table,
    name,
    description: `drop the series ${name}, which oura.yaml no longer declares`,
    sql: [`DROP TABLE IF EXISTS ${tableName(name)}`],
    revert: null,
    destructive: true,
    lock: briefLock(name),
    remember: [{ forget: { kind: "series", table, name } }],
  });
}
