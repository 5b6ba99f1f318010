/**
 * The vocabulary the catalog is written in: a zod schema per kind of value Oura sends, each with its
 * meaning, unit and the SQL column type it becomes. Objects are loose and enums are plain text,
 * because Oura adds fields and enum values every few weeks.
 */
import { z } from "zod";
import { type ColumnType, fit } from "../../values/column_type.ts";
import { isCalendarDate } from "../../values/days.ts";

/**
 * What a field holds.
 * - `value`: one text, number or truth value
 * - `object`: fields of its own, addressed as `outer.inner`
 * - `samples`: Oura's `{interval, items, timestamp}`
 * - `list`: an array
 */
export type FieldShape = "value" | "object" | "samples" | "list";

/** How a text of one character per step is read. */
export interface Steps {
  /** Seconds per character. */
  readonly everySeconds: number;
  /** The field of the document that says when the first character begins. */
  readonly start: string;
  /** What each character means. */
  readonly codes: Readonly<Record<string, string>>;
}

/** Options of every field. */
export interface FieldOptions {
  /** Unit in SI or common notation: `s`, `bpm`, `kcal`, `°C`. */
  unit?: string;
  /** Values known so far, for documentation; others are accepted. */
  values?: readonly string[];
  /** Why this schema is more lenient than Oura's own export. Without it the contract check reports the difference. */
  lenient?: string;
  /** Set on texts of one character per step. */
  steps?: Steps;
}

/** What the catalog records with each schema; read it with {@linkcode metaOf}. */
export interface FieldMeta extends FieldOptions {
  /** What the value means. */
  description: string;
  /** The column type a plain `column: path` gets. */
  column: ColumnType;
  shape: FieldShape;
}

const registry = z.registry<FieldMeta>();

function field<S extends z.ZodType>(schema: S, meta: FieldMeta): S {
  registry.add(schema, meta);
  return schema;
}

const value = <S extends z.ZodType>(
  schema: S,
  column: ColumnType,
  description: string,
  options: FieldOptions = {},
): S => field(schema, { description, column, shape: "value", ...options });

/** Meaning, unit and column type of a field; undefined for schemas not made here. */
export function metaOf(schema: z.core.$ZodType): FieldMeta | undefined {
  return registry.get(schema);
}

/** Any text. */
export const text = (description: string, options?: FieldOptions) =>
  value(z.string(), "text", description, options);

/** The document's own identifier: not always a UUID, never parsed. */
export const documentId = (options?: FieldOptions) =>
  text("Oura's identifier of the document.", options);

/** Text from a set that Oura extends without notice: known values are documentation. */
export const code = (values: readonly string[], description: string, options?: FieldOptions) =>
  text(description, { ...options, values });

/** Text of one character per step of time. */
export const stepText = (steps: Steps, description: string, options?: FieldOptions) =>
  text(description, { ...options, steps });

/** A whole number. */
export const integer = (description: string, options?: FieldOptions) =>
  value(z.int(), "integer", description, options);

/** A number. */
export const number = (description: string, options?: FieldOptions) =>
  value(z.number(), "double precision", description, options);

/** True or false. */
export const flag = (description: string, options?: FieldOptions) =>
  value(z.boolean(), "boolean", description, options);

/** A calendar date, `YYYY-MM-DD`. */
export const date = (description: string, options?: FieldOptions) =>
  value(z.string().refine(isCalendarDate, "not a calendar date"), "date", description, options);

/** An ISO 8601 date and time: with the wearer's UTC offset, in UTC, or (old tags) without a zone. */
export const dateTime = (description: string, options?: FieldOptions) =>
  value(
    z.string().refine((text) => fit(text, "timestamptz").ok, "not an ISO 8601 date and time"),
    "timestamptz",
    description,
    options,
  );

/** Unix time in milliseconds. */
export const unixMilliseconds = (description: string, options?: FieldOptions) =>
  value(z.int(), "bigint", description, { unit: "ms", ...options });

/** A list of texts. */
export const textList = (description: string, options: FieldOptions = {}) =>
  field(z.array(z.string()), { description, column: "text[]", shape: "list", ...options });

/** A nested object; its fields are addressed as `outer.inner`. */
export const object = <Shape extends z.ZodRawShape>(
  shape: Shape,
  description: string,
  options: FieldOptions = {},
) => field(z.looseObject(shape), { description, column: "jsonb", shape: "object", ...options });

/** A list of nested objects, kept whole as JSON. */
export const objectList = <Shape extends z.ZodRawShape>(
  shape: Shape,
  description: string,
  options: FieldOptions = {},
) =>
  field(z.array(z.looseObject(shape)), {
    description,
    column: "jsonb",
    shape: "list",
    ...options,
  });

/**
 * Evenly spaced samples: `items` every `interval` seconds from `timestamp`, null where unmeasured.
 * The unit is that of the items.
 */
export const samples = (description: string, options: FieldOptions = {}) =>
  field(
    z.looseObject({
      interval: number("Seconds between two items.", { unit: "s" }),
      items: field(z.array(z.number().nullable()), {
        description: "The measured values in order; null where there is none.",
        column: "jsonb",
        shape: "list",
        ...(options.unit === undefined ? {} : { unit: options.unit }),
      }),
      timestamp: dateTime("When the first item was measured, with the wearer's UTC offset."),
    }),
    { description, column: "jsonb", shape: "samples", ...options },
  );

/** Null or absent are accepted: Oura's export calls the field nullable, or life does. */
export const optional = <S extends z.ZodType>(schema: S) => inherit(schema, schema.nullish());

/** Null is accepted, but the field must be there. */
export const nullable = <S extends z.ZodType>(schema: S) => inherit(schema, schema.nullable());

function inherit<S extends z.ZodType>(inner: z.ZodType, outer: S): S {
  const meta = metaOf(inner);
  return meta === undefined ? outer : field(outer, meta);
}
