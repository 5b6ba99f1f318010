/** The addressable fields of a data type: every path a column or series of `oura.yaml` may name. */
import { z } from "zod";
import type { ColumnType } from "../../values/column_type.ts";
import type { DataType } from "./data_type.ts";
import { type FieldShape, metaOf, type Steps } from "./fields.ts";

/** A field and how it is addressed. */
export interface CatalogField {
  /** Field names from the outside in, joined by dots: `contributors.deep_sleep`. */
  readonly path: string;
  /** The column type a plain `column: path` gets. */
  readonly column: ColumnType;
  /** Whether a valid document may have no value here: null, absent, or inside an absent object. */
  readonly nullable: boolean;
  /** What the value means. */
  readonly description: string;
  readonly unit?: string;
  /** Values known so far; Oura adds others. */
  readonly values?: readonly string[];
  readonly shape: FieldShape;
  /** Present on texts of one character per step: what is needed to make a series of them. */
  readonly steps?: Steps;
}

const known = new WeakMap<object, ReadonlyMap<string, CatalogField>>();

/**
 * Every addressable field of a data type by its path, objects before their inner fields. Inner
 * paths of samples are included (`hrv.interval`); items of lists have no path.
 */
export function fieldsOf(dataType: Pick<DataType, "document">): ReadonlyMap<string, CatalogField> {
  const cached = known.get(dataType);
  if (cached) return cached;
  const fields = new Map(walk(dataType.document, "", false));
  known.set(dataType, fields);
  return fields;
}

/** The schema without its null and undefined, and whether either was accepted. */
export function unwrap(
  schema: z.ZodType,
): { inner: z.ZodType; nullable: boolean; absent: boolean } {
  let inner = schema;
  let nullable = false;
  let absent = false;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
    if (inner instanceof z.ZodOptional) absent = true;
    else nullable = true;
    inner = inner.unwrap() as z.ZodType;
  }
  return { inner, nullable, absent };
}

function* walk(
  object: z.ZodObject,
  prefix: string,
  insideNullable: boolean,
): Generator<[string, CatalogField]> {
  for (const [name, schema] of Object.entries(object.shape) as [string, z.ZodType][]) {
    const meta = metaOf(schema);
    if (!meta) throw new TypeError(`catalog field ${prefix}${name} is not made by fields.ts`);
    const { inner, nullable: acceptsNull, absent } = unwrap(schema);
    const path = prefix + name;
    const nullable = insideNullable || acceptsNull || absent;
    const { lenient: _, ...rest } = meta;
    yield [path, { path, nullable, ...rest }];
    if (inner instanceof z.ZodObject) yield* walk(inner, `${path}.`, nullable);
  }
}
