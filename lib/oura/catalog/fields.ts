/**
 * The vocabulary the catalog is written in: a zod schema per kind of value Oura sends, each with its
 * meaning, unit and the SQL column type it becomes. Objects are loose and enums are plain text,
 * because Oura adds fields and enum values every few weeks.
 */
import { z } from "zod";
import { type ColumnType, fit, isCalendarDate } from "../../column_type.ts";

/** What the catalog records beside each schema; read back with {@linkcode metaOf}. */
export interface FieldMeta {
  /** What the value means. */
  description: string;
  /** Unit in SI or common notation: `s`, `bpm`, `kcal`, `°C`. */
  unit?: string;
  /** The column type a plain `column: path` gets. */
  column: ColumnType;
  /** Values known so far, for documentation; others are accepted. */
  values?: readonly string[];
  /** Why this schema is more lenient than Oura's own export. Without it the contract check reports the difference. */
  lenient?: string;
}

/** Options of every field. */
export interface FieldOptions {
  unit?: string;
  values?: readonly string[];
  lenient?: string;
}

const registry = z.registry<FieldMeta>();

function field<S extends z.ZodType>(
  schema: S,
  column: ColumnType,
  description: string,
  options: FieldOptions = {},
): S {
  registry.add(schema, { description, column, ...options });
  return schema;
}

/** Meaning, unit and column type of a field; undefined for schemas not made here. */
export function metaOf(schema: z.ZodType): FieldMeta | undefined {
  return registry.get(schema);
}

/** Any text. */
export const text = (description: string, options?: FieldOptions) =>
  field(z.string(), "text", description, options);

/** Text from a set that Oura extends without notice: known values are documentation. */
export const code = (values: readonly string[], description: string, options?: FieldOptions) =>
  field(z.string(), "text", description, { ...options, values });

/** A whole number. */
export const integer = (description: string, options?: FieldOptions) =>
  field(z.int(), "integer", description, options);

/** A number. */
export const number = (description: string, options?: FieldOptions) =>
  field(z.number(), "double precision", description, options);

/** True or false. */
export const flag = (description: string, options?: FieldOptions) =>
  field(z.boolean(), "boolean", description, options);

/** A calendar date, `YYYY-MM-DD`. */
export const date = (description: string, options?: FieldOptions) =>
  field(z.string().refine(isCalendarDate, "not a calendar date"), "date", description, options);

/** An ISO 8601 date and time, with the wearer's UTC offset or in UTC. */
export const dateTime = (description: string, options?: FieldOptions) =>
  field(
    z.string().refine((value) => fit(value, "timestamptz").ok, "not an ISO 8601 date and time"),
    "timestamptz",
    description,
    options,
  );

/** Unix time in milliseconds. */
export const unixMilliseconds = (description: string, options?: FieldOptions) =>
  field(z.int(), "bigint", description, { unit: "ms", ...options });

/** A list of texts. */
export const textList = (description: string, options?: FieldOptions) =>
  field(z.array(z.string()), "text[]", description, options);

/** A nested object; its fields are addressed as `outer.inner`. */
export const object = <Shape extends z.ZodRawShape>(
  shape: Shape,
  description: string,
  options?: FieldOptions,
) => field(z.looseObject(shape), "jsonb", description, options);

/** A list of nested objects, kept whole as JSON. */
export const objectList = <Shape extends z.ZodRawShape>(
  shape: Shape,
  description: string,
  options?: FieldOptions,
) => field(z.array(z.looseObject(shape)), "jsonb", description, options);

/** Evenly spaced samples: `items` every `interval` seconds from `timestamp`, null where unmeasured. */
export const samples = (description: string, options?: FieldOptions) =>
  object(
    {
      interval: number("Seconds between two items.", { unit: "s" }),
      items: field(
        z.array(z.number().nullable()),
        "jsonb",
        "The measured values in order; null where there is none.",
      ),
      timestamp: dateTime("When the first item was measured, with the wearer's UTC offset."),
    },
    description,
    options,
  );

/** Null or absent are accepted: Oura's export calls the field nullable, or life does. */
export const optional = <S extends z.ZodType>(schema: S) => {
  const meta = metaOf(schema);
  const wrapped = schema.nullish();
  if (meta) registry.add(wrapped, meta);
  return wrapped;
};
