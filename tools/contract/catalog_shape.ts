/** Reduces a catalog schema to a {@linkcode Shape}. */
import { z } from "zod";
import { metaOf } from "../../lib/oura/catalog/fields.ts";
import { unwrap } from "../../lib/oura/catalog/paths.ts";
import type { Kind, Shape } from "./shape.ts";

/** The shape of a document or field of the catalog. */
export function shapeOfField(schema: z.ZodType): Shape {
  const { inner, nullable, absent } = unwrap(schema);
  const meta = metaOf(schema);
  return {
    kind: kindOf(inner),
    nullable,
    required: !absent,
    ...(meta?.values === undefined ? {} : { values: meta.values }),
    ...(meta?.lenient === undefined ? {} : { lenient: meta.lenient }),
    ...(inner instanceof z.ZodObject ? { fields: fieldsOf(inner) } : {}),
    ...(inner instanceof z.ZodArray ? { items: shapeOfField(inner.element as z.ZodType) } : {}),
  };
}

function fieldsOf(object: z.ZodObject): ReadonlyMap<string, Shape> {
  return new Map(
    Object.entries(object.shape).map(([name, schema]) => [name, shapeOfField(schema as z.ZodType)]),
  );
}

function kindOf(inner: z.ZodType): Kind {
  if (inner instanceof z.ZodObject) return "object";
  if (inner instanceof z.ZodArray) return "array";
  if (inner instanceof z.ZodBoolean) return "boolean";
  if (inner instanceof z.ZodNumberFormat) return "integer";
  if (inner instanceof z.ZodNumber) return "number";
  if (!(inner instanceof z.ZodString)) return "unknown";
  switch (metaOf(inner)?.column) {
    case "date":
      return "date";
    case "timestamptz":
      return "datetime";
    default:
      return "text";
  }
}
