/** The part of `oura.yaml` that the tables can take as they are. */
import type { Column, Pipeline, PipelineType, Series } from "../../config/model.ts";
import { COLUMN_TYPES } from "../../lib/values/column_type.ts";
import { fieldNames, formatFieldPath } from "../../lib/values/field_path.ts";
import { sampleType } from "../stages/series/series_sql.ts";
import { withDayColumn } from "./plan/diff.ts";
import {
  columnDefinition,
  findObject,
  type LiveState,
  parsePrintedType,
} from "./database_schema.ts";

/**
 * The pipeline without what is not applied yet: columns and series that are missing are omitted,
 * columns whose path or type is still to change keep the present one. So a sync goes on loading
 * while a change waits for `apply --allow-destructive`, or for a run without `--no-apply`.
 */
export function livePipeline(pipeline: Pipeline, state: LiveState): Pipeline {
  const types = pipeline.types
    .filter(({ table }) => state.tables.has(table))
    .map((type) => liveType(type, state));
  return { ...pipeline, types };
}

function liveType(type: PipelineType, state: LiveState): PipelineType {
  const columns = withDayColumn(type).columns.flatMap((column) => liveColumn(type, column, state));
  const declaredDay = columns.find(({ name }) => name === "day");
  const day = type.known ? type.day : declaredDay && formatFieldPath(declaredDay.path);
  return {
    ...type,
    day: day ?? null,
    columns: type.known ? columns : columns.filter(({ name }) => name !== "day"),
    series: type.series.filter((series) => isLive(type, series, state)),
  };
}

function liveColumn(type: PipelineType, column: Column, state: LiveState): Column[] {
  const printed = state.tables.get(type.table)?.get(column.name);
  const object = findObject(state, "column", type.table, column.name);
  if (printed === undefined || !object) return [];
  const live = parsePrintedType(printed, COLUMN_TYPES);
  if (live === null) return [];
  return [{ ...column, path: fieldNames(columnDefinition(object).path), type: live }];
}

function isLive(type: PipelineType, series: Series, state: LiveState): boolean {
  const object = findObject(state, "series", type.table, series.name);
  return object !== undefined && state.tables.has(series.name) &&
    object.definition.value === sampleType(series.shape);
}
