/** The JSON Schema of `oura.yaml`, so that editors complete, check and explain while one types. */
import { z } from "zod";
import { EXPORT_CATALOG } from "../../lib/oura/catalog/export_types.ts";
import { CATALOG } from "../../lib/oura/catalog/index.ts";
import { type CatalogField, fieldsOf } from "../../lib/oura/catalog/paths.ts";
import { columnOptions, grammar, seriesOptions, typeDeclaration } from "./grammar.ts";

type Json = Record<string, unknown>;
type ObjectSchema = Json & { properties: Record<string, Json> };

/** Keys that mean the same in every data type and are defined once. */
const SHARED = {
  type: jsonOf(typeDeclaration).properties,
  column: jsonOf(columnOptions).properties,
  series: jsonOf(seriesOptions).properties,
};

/**
 * The JSON Schema (draft 07, which YAML language servers know best) of the configuration file:
 * the grammar that also validates, with the catalog's paths, meanings and units filled in.
 */
export function pipelineJsonSchema(): object {
  const { $schema, ...file } = jsonOf(grammar);
  const properties: Record<string, Json> = {};
  const definitions: Record<string, Json> = { undeclared: unknownType() };
  for (const [owner, shared] of Object.entries(SHARED)) {
    for (const [key, schema] of Object.entries(shared)) definitions[`${owner}.${key}`] = schema;
  }
  // These two are spelled out for each data type.
  delete definitions["type.columns"];
  delete definitions["type.series"];
  for (const dataType of [...CATALOG, ...EXPORT_CATALOG]) {
    const { name, description } = dataType;
    const fields = [...fieldsOf(dataType).values()];
    const arrays = fields.filter(isArray);
    definitions[`${name}.path`] = pathsOf(fields);
    if (arrays.length > 0) definitions[`${name}.array`] = pathsOf(arrays);
    const served = "endpoint" in dataType;
    definitions[name] = knownType(name, description, arrays.length > 0, served);
    const forms = served ? [reference(name)] : [reference(name), reference("undeclared")];
    properties[name] = { description, anyOf: [...forms, { type: "null" }] };
  }
  return {
    $schema,
    title: "oura.yaml",
    ...file,
    properties: {
      ...file.properties,
      data_types: {
        type: "object",
        description: file.properties.data_types?.description,
        minProperties: 1,
        properties,
        additionalProperties: reference("undeclared"),
      },
    },
    patternProperties: { "^x-": { description: "Free for anchors; not read." } },
    definitions,
  };
}

/** A data type the catalog knows: its paths are listed, its route is not asked for. */
function knownType(
  name: string,
  description: string,
  hasArrays: boolean,
  served: boolean,
): Json {
  const path = reference(`${name}.path`);
  const array = hasArrays ? [reference(`${name}.array`), longForm("series", `${name}.array`)] : [];
  return {
    type: "object",
    description,
    properties: {
      ...references("type", [...(served ? ["window"] : []), "keep_raw", "history", "view"]),
      columns: section("columns", [
        path,
        longForm("column", `${name}.path`),
        newField("column", ["path", "type", "new_field"]),
      ]),
      series: section("series", [...array, newField("series", ["path", "new_field"])]),
    },
    additionalProperties: false,
  };
}

/** A data type the catalog does not know: everything has to be said. */
function unknownType(): Json {
  return {
    type: "object",
    description: "A data type the catalog does not know; declare its endpoint, window and key.",
    required: ["endpoint", "window", "key"],
    properties: {
      ...references("type", ["endpoint", "window", "key", "keep_raw", "history", "view"]),
      columns: section("columns", [
        { type: "string", description: "The short form, for day and the columns of the key only." },
        { ...longForm("column", "column.path"), required: ["path", "type"] },
      ]),
      series: section("series", [
        reference("series.path"),
        longForm("series", "series.path"),
      ]),
    },
    additionalProperties: false,
  };
}

/** `{ path: …, … }` with the paths of a definition. */
function longForm(owner: "column" | "series", paths: string): Json {
  return {
    type: "object",
    properties: { ...references(owner, Object.keys(SHARED[owner])), path: reference(paths) },
    required: ["path"],
    additionalProperties: false,
  };
}

/** The long form for a field the catalog does not know yet. */
function newField(owner: "column" | "series", required: string[]): Json {
  return {
    type: "object",
    properties: {
      ...references(owner, Object.keys(SHARED[owner])),
      new_field: { description: SHARED[owner].new_field?.description, const: true },
    },
    required,
    additionalProperties: false,
  };
}

/** A section with any keys, whose values are one of `values`; it may be empty. */
function section(key: "columns" | "series", values: Json[]): Json {
  return {
    description: SHARED.type[key]?.description,
    anyOf: [{ type: "object", additionalProperties: { anyOf: values } }, { type: "null" }],
  };
}

function pathsOf(fields: readonly CatalogField[]): Json {
  return {
    anyOf: fields.map((field) => ({ const: field.path, description: explanation(field) })),
  };
}

function explanation(field: CatalogField): string {
  const unit = field.unit === undefined ? "" : ` Unit: ${field.unit}.`;
  const values = field.values === undefined ? "" : ` Values so far: ${field.values.join(", ")}.`;
  return `${field.description}${unit}${values} (${field.column})`;
}

function isArray(field: CatalogField): boolean {
  return field.shape === "samples" || field.shape === "list" || field.steps !== undefined;
}

function references(owner: keyof typeof SHARED, keys: readonly string[]): Record<string, Json> {
  return Object.fromEntries(keys.map((key) => [key, reference(`${owner}.${key}`)]));
}

function reference(definition: string): Json {
  return { $ref: `#/definitions/${definition}` };
}

function jsonOf(schema: z.ZodType): ObjectSchema {
  return z.toJSONSchema(schema, { target: "draft-7", io: "input" }) as ObjectSchema;
}
