/** The data types as the catalog knows them, and the tables the shipped configuration makes. */
import type { PipelineType } from "../../config/model.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import type { DataType, WindowFamily } from "../../lib/oura/catalog/data_type.ts";
import { formatFieldPath } from "../../lib/values/field_path.ts";
import type { ExportType } from "../../lib/oura/catalog/export_type.ts";
import { EXPORT_CATALOG } from "../../lib/oura/catalog/export_types.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { type CatalogField, fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { sampleType } from "../../pipelines/stages/series/series_sql.ts";
import { tableOf } from "../../pipelines/stages/table.ts";
import { code, markdownTable } from "./blocks.ts";
import { shippedPipeline } from "./shipped.ts";

const ASKED: Readonly<Record<WindowFamily, string>> = {
  date: "by day",
  datetime: "by time, at most 30 days a request",
  none: "whole, every time",
};

/** One row per data type, for the README. */
export function dataTypeTable(): string {
  const rows = CATALOG.map(({ name, description, scope }) => [
    `[${code(name)}](docs/data-dictionary.md#${name})`,
    description,
    code(scope ?? ""),
  ]);
  return markdownTable(["data type and table", "holds", "scope"], rows);
}

/** Every data type in full: route, table, fields. */
export function dataDictionary(): string {
  const declared = new Map(shippedPipeline().types.map((type) => [type.name, type]));
  return [...CATALOG, ...EXPORT_CATALOG].map((dataType) =>
    section(dataType, declared.get(dataType.name) ?? undeclared(dataType.name))
  ).join("\n\n");
}

/** A type that the shipped file leaves to the wearer to declare. */
function undeclared(name: string): PipelineType {
  const { pipeline } = parsePipeline(`version: 1\ndata_types: { ${name}: {} }\n`, "oura.yaml");
  return pipeline!.types[0]!;
}

function section(dataType: DataType | ExportType, declared: PipelineType): string {
  const fields = [...fieldsOf(dataType).values()];
  const names = ["path", "column", "type", "unit", "null", "meaning"];
  const parts = [
    `### ${dataType.name}`,
    dataType.description,
    facts(dataType, declared).map((fact) => `- ${fact}`).join("\n"),
    markdownTable(names, fields.map((field) => fieldRow(field, declared))),
  ];
  return parts.join("\n\n");
}

function facts(dataType: DataType | ExportType, declared: PipelineType): string[] {
  const table = tableOf(declared);
  const builtin = ["user_id", ...table.key.map(({ name }) => name)];
  if (!builtin.includes("id")) builtin.push("id");
  builtin.push(...table.builtin.map(({ name }) => name));
  const key = ["user_id", ...table.key.map(({ name }) => name)].join(", ");
  return [
    sourceOf(dataType),
    `Primary key ${code(key)}. Built-in columns: ${builtin.map(code).join(", ")} and the ones of ` +
    "[every table](#every-table).",
    ...declared.series.map((series) =>
      `Series ${code(series.name)}, from ${code(formatFieldPath(series.path))}: ` +
      `${code("value")} is ${code(sampleType(series.shape))}.`
    ),
  ];
}

function sourceOf(dataType: DataType | ExportType): string {
  if ("sensitive" in dataType && dataType.sensitive) {
    return "Sensitive: in the [account export](import.md#sensitive-files) only, imported when named.";
  }
  if (!("endpoint" in dataType)) {
    return "In the [account export](import.md) only; Oura's API does not serve it.";
  }
  const scope = dataType.scope === null ? "none" : code(dataType.scope);
  const webhook = dataType.webhook === null ? "none" : code(dataType.webhook);
  return `Route ${code(dataType.endpoint)}, read ${ASKED[dataType.window]}. Scope: ${scope}. ` +
    `Webhook events: ${webhook}.${dataType.deprecated ? " Deprecated by Oura." : ""}`;
}

function fieldRow(field: CatalogField, declared: PipelineType): string[] {
  const columns = declared.columns.filter(({ path }) => formatFieldPath(path) === field.path);
  const series = declared.series.filter(({ path }) => formatFieldPath(path) === field.path);
  return [
    code(field.path),
    [...columns, ...series].map(({ name }) => code(name)).join(", "),
    code(columns[0]?.type ?? field.column),
    field.unit ?? "",
    field.nullable ? "yes" : "no",
    field.description + (field.values ? ` Seen: ${field.values.map(code).join(", ")}.` : ""),
  ];
}
