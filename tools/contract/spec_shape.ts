/** Reduces a schema of Oura's export to a {@linkcode Shape}. */
import { type OpenApi, referenceOf, resolve, type Schema } from "./openapi.ts";
import type { Kind, Shape } from "./shape.ts";

/** Oura's names for plain strings that are more than that. */
const ALIASES: Readonly<Record<string, Kind>> = {
  ISODate: "date",
  LocalizedDateTime: "zoned datetime",
  UtcDateTime: "zoned datetime",
  // Tags: seen with an offset, but older ones are documented to come without.
  LocalDateTime: "datetime",
};

const SIMPLE: Readonly<Record<string, Kind>> = {
  integer: "integer",
  number: "number",
  boolean: "boolean",
};

/** The shape of a component of the export by its name; undefined where it has none. */
export function shapeOfComponent(spec: OpenApi, name: string): Shape | undefined {
  const schema = spec.components.schemas[name];
  return schema && shapeOfSchema(spec, schema, true, [name]);
}

/** `path`: the components on the way here, so that one that holds itself ends the descent. */
function shapeOfSchema(
  spec: OpenApi,
  schema: Schema,
  required: boolean,
  path: readonly string[],
): Shape {
  const { inner, nullable } = unwrap(schema);
  const name = referenceOf(inner);
  const alias = name === undefined ? undefined : ALIASES[name];
  if (alias) return { kind: alias, nullable, required };
  const target = resolve(spec, inner);
  if (!target || (name !== undefined && path.includes(name))) {
    return { kind: "unknown", nullable, required };
  }
  const onward = name === undefined ? path : [...path, name];
  return { ...bare(spec, target, onward), nullable, required };
}

/** A nullable value is written `anyOf: [value, null]` or `type: [value, "null"]`. */
function unwrap(schema: Schema): { inner: Schema; nullable: boolean } {
  if (schema.anyOf) {
    const values = schema.anyOf.filter((option) => option.type !== "null");
    const nullable = values.length < schema.anyOf.length;
    return { inner: values.length === 1 ? values[0]! : {}, nullable };
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== "null");
    const type = types.length === 1 ? types[0] : undefined;
    return { inner: { ...schema, type }, nullable: types.length < schema.type.length };
  }
  return { inner: schema, nullable: false };
}

function bare(
  spec: OpenApi,
  schema: Schema,
  path: readonly string[],
): Omit<Shape, "nullable" | "required"> {
  if (schema.type === "object" || schema.properties) {
    const required = new Set(schema.required);
    const fields = Object.entries(schema.properties ?? {}).map(([name, inner]) =>
      [name, shapeOfSchema(spec, inner, required.has(name), path)] as const
    );
    return { kind: "object", fields: new Map(fields) };
  }
  if (schema.type === "array") {
    return {
      kind: "array",
      ...(schema.items ? { items: shapeOfSchema(spec, schema.items, true, path) } : {}),
    };
  }
  if (schema.enum) return { kind: "text", values: schema.enum.map(String) };
  if (schema.type === "string") return { kind: kindOfText(schema.format) };
  return { kind: typeof schema.type === "string" ? SIMPLE[schema.type] ?? "unknown" : "unknown" };
}

function kindOfText(format: string | undefined): Kind {
  if (format === "date") return "date";
  return format === "date-time" ? "zoned datetime" : "text";
}
