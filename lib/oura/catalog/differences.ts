/**
 * In what a document differs from the shape the catalog describes. The catalog describes documents
 * and rejects none: a difference is something to report, never a value and never a failure.
 */
import { z } from "zod";
import { fit, kindOf } from "../../values/column_type.ts";
import { isCalendarDate } from "../../values/days.ts";
import { formatFieldPath } from "../../values/field_path.ts";
import { canonicalMilliseconds } from "../../values/timestamp_text.ts";
import { metaOf } from "./fields.ts";
import { unwrap } from "./paths.ts";

/** Where a field is: names from the outside in; `LIST_ITEM` means the items of a list. */
export type FieldPlace = readonly string[];

/** Stands for any item of a list in a {@linkcode FieldPlace}; no JSON name is equal to it. */
export const LIST_ITEM = "\0[]";

/** Takes what a comparison finds. */
export interface DifferenceVisitor {
  /** A field the catalog does not know. */
  unknown(place: FieldPlace, value: unknown): void;
  /** A field whose value is of another kind than the catalog says, or that is missing. */
  different(place: FieldPlace, expected: string, value: unknown): void;
}

/** What is known of an object. */
export interface KnownObject {
  readonly fields: Map<string, KnownField>;
  /** How many of the fields every document has. */
  readonly required: number;
}

/** What is known of a field. */
export interface KnownField {
  readonly place: FieldPlace;
  /** The kind of value, for people; null for a field whose kind is not looked at. */
  readonly expected: string | null;
  readonly required: boolean;
  readonly nullable: boolean;
  /** Whether a value that is not null is of this kind. */
  readonly accepts: (value: unknown) => boolean;
  /** The fields of an object, or of the objects in a list; null where there are none. */
  readonly inner: KnownObject | null;
  /** The items of a list that holds no objects. */
  readonly item: KnownField | null;
}

/** Compiles what is known of a document. Not shared: the caller may add fields to it. */
export function knownObject(schema: z.ZodObject, place: FieldPlace = []): KnownObject {
  const fields = new Map<string, KnownField>();
  for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    fields.set(name, knownField(field, [...place, name]));
  }
  const required = [...fields.values()].filter((field) => field.required).length;
  return { fields, required };
}

/** A field of which nothing is known but that it is there. */
export function anyField(place: FieldPlace, inner: KnownObject | null = null): KnownField {
  return {
    place,
    expected: null,
    required: false,
    nullable: true,
    accepts: () => true,
    inner,
    item: null,
  };
}

/** A place as `oura.yaml` writes paths, with `[]` behind the name of a list. */
export function placeText(place: FieldPlace): string {
  const parts: string[] = [];
  for (const name of place) {
    if (name === LIST_ITEM) parts.push(`${parts.pop() ?? ""}[]`);
    else parts.push(formatFieldPath([name]));
  }
  return parts.join(".");
}

/** Walks a document once, and only as deep as something is known of it. */
export function compare(document: object, known: KnownObject, visitor: DifferenceVisitor): void {
  compareObject(document as Record<string, unknown>, known, [], visitor);
}

function compareObject(
  object: Record<string, unknown>,
  known: KnownObject,
  place: FieldPlace,
  visitor: DifferenceVisitor,
): void {
  let required = 0;
  for (const name in object) {
    const value = object[name];
    const field = known.fields.get(name);
    if (field === undefined) {
      visitor.unknown([...place, name], value);
      continue;
    }
    if (field.required) required++;
    compareField(value, field, visitor);
  }
  if (required === known.required) return;
  for (const [name, field] of known.fields) {
    if (field.required && !Object.hasOwn(object, name)) {
      visitor.different(field.place, field.expected!, undefined);
    }
  }
}

function compareField(value: unknown, field: KnownField, visitor: DifferenceVisitor): void {
  if (value === null) {
    if (!field.nullable) visitor.different(field.place, field.expected!, null);
    return;
  }
  if (!field.accepts(value)) {
    visitor.different(field.place, field.expected!, value);
    return;
  }
  if (typeof value !== "object") return;
  const { inner, item } = field;
  if (!Array.isArray(value)) {
    if (inner) compareObject(value as Record<string, unknown>, inner, field.place, visitor);
  } else if (item) {
    for (const each of value) compareField(each, item, visitor);
  } else if (inner) {
    const place = [...field.place, LIST_ITEM];
    for (const each of value) {
      if (typeof each !== "object" || each === null || Array.isArray(each)) {
        if (field.expected) visitor.different(place, "an object", each);
      } else compareObject(each, inner, place, visitor);
    }
  }
}

function knownField(schema: z.ZodType, place: FieldPlace): KnownField {
  const { inner, nullable, absent } = unwrap(schema);
  const base = { place, required: !absent, nullable };
  if (inner instanceof z.ZodObject) {
    return {
      ...base,
      expected: "an object",
      accepts: (value) => typeof value === "object" && !Array.isArray(value),
      inner: knownObject(inner, place),
      item: null,
    };
  }
  if (inner instanceof z.ZodArray) {
    const element = inner.element as z.ZodType;
    const itemPlace = [...place, LIST_ITEM];
    const { inner: item } = unwrap(element);
    const isObject = item instanceof z.ZodObject;
    return {
      ...base,
      expected: "an array",
      accepts: Array.isArray,
      inner: isObject ? knownObject(item, itemPlace) : null,
      item: isObject ? null : knownField(element, itemPlace),
    };
  }
  return { ...base, ...scalarKind(inner), inner: null, item: null };
}

type Kind = Pick<KnownField, "expected" | "accepts">;

function scalarKind(inner: z.ZodType): Kind {
  if (inner instanceof z.ZodBoolean) {
    return { expected: "true or false", accepts: (value) => typeof value === "boolean" };
  }
  if (inner instanceof z.ZodNumberFormat) {
    return { expected: kindOf(1), accepts: Number.isInteger };
  }
  if (inner instanceof z.ZodNumber) {
    return { expected: kindOf(0.5), accepts: (value) => typeof value === "number" };
  }
  switch (metaOf(inner)?.column) {
    case "date":
      return {
        expected: "a date",
        accepts: (value) => typeof value === "string" && isCalendarDate(value),
      };
    case "timestamptz":
      return {
        expected: "a date and time",
        accepts: (value) => typeof value === "string" && isDateTime(value),
      };
    default:
      return { expected: kindOf(""), accepts: (value) => typeof value === "string" };
  }
}

/** Most are spelt in one way, which takes a fraction of the time to read. */
function isDateTime(value: string): boolean {
  return !Number.isNaN(canonicalMilliseconds(value)) || fit(value, "timestamptz").ok;
}
