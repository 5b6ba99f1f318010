/** Holds a document against Oura's export: used to keep the simulator's documents honest. */
import { fit, kindOf } from "../../lib/values/column_type.ts";
import { isCalendarDate } from "../../lib/values/days.ts";
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import type { OpenApi } from "./openapi.ts";
import { type Kind, type Shape, within } from "./shape.ts";
import { shapeOfComponent } from "./spec_shape.ts";

const ZONE = /(z|[+-]\d{2}:?\d{2})$/i;

/**
 * What is wrong with a document by the letter of the export: missing or unknown fields, wrong
 * types, forbidden nulls, values outside an enum. One line each, with the path; empty when nothing
 * is. The catalog's lenience does not count here.
 */
export function checkDocument(spec: OpenApi, dataType: DataType, document: unknown): string[] {
  const shape = shapeOfComponent(spec, dataType.openapiSchema);
  return shape
    ? [...check("", shape, document)]
    : [`the export has no schema ${dataType.openapiSchema}`];
}

function* check(path: string, shape: Shape, value: unknown): Generator<string> {
  const where = path === "" ? "the document" : path;
  if (value === null) {
    if (!shape.nullable) yield `${where}: null is not allowed`;
    return;
  }
  if (!isOfKind(shape.kind, value)) {
    yield `${where}: ${kindOf(value)} is no ${shape.kind}`;
    return;
  }
  if (shape.values && !shape.values.includes(String(value))) {
    yield `${where}: not one of ${shape.values.join(", ")}`;
  }
  if (shape.fields) yield* checkFields(path, shape.fields, value as Record<string, unknown>);
  if (shape.items) {
    for (const [index, item] of (value as unknown[]).entries()) {
      yield* check(`${path}[${index}]`, shape.items, item);
    }
  }
}

function* checkFields(
  path: string,
  fields: ReadonlyMap<string, Shape>,
  value: Record<string, unknown>,
): Generator<string> {
  for (const [name, shape] of fields) {
    if (Object.hasOwn(value, name)) yield* check(within(path, name), shape, value[name]);
    else if (shape.required) yield `${within(path, name)}: missing`;
  }
  for (const name of Object.keys(value)) {
    if (!fields.has(name)) yield `${within(path, name)}: not in the export`;
  }
}

function isOfKind(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "date":
      return typeof value === "string" && isCalendarDate(value);
    case "datetime":
      return typeof value === "string" && fit(value, "timestamptz").ok;
    case "zoned datetime":
      return typeof value === "string" && fit(value, "timestamptz").ok && ZONE.test(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "unknown":
      return true;
  }
}
