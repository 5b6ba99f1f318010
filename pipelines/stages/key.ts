/** Which document this is: one text per document, equal for every spelling of the same key. */
import type { PipelineType } from "../../config/model.ts";
import { fit } from "../../lib/values/column_type.ts";
import { fieldNames } from "../../lib/values/field_path.ts";
import { isCanonical, millisecondsOf } from "../../lib/values/timestamp_text.ts";
import { fitsBytes, isStorableText, MOST_INDEXED_BYTES } from "../../lib/values/pg_limits.ts";
import { findKnownType } from "../../lib/oura/catalog/index.ts";
import type { RawDocument } from "../../lib/oura/pages.ts";
import { isTimeKeyed } from "./table.ts";
import { valueAt } from "./value_at.ts";

/** Between the parts of a time-keyed row's key; no part contains it. */
export const KEY_SEPARATOR = "\t";

/** Reads the identity of a document within wearer and type, or null where it has none. */
export type KeyReader = (document: RawDocument) => string | null;

/**
 * Compiles the key of a data type. A text that the primary key cannot hold is none. Where the catalog says that documents may come without an `id`,
 * as `daily_cardiovascular_age` did before OpenAPI 1.29, the `day` stands in. Nowhere else: two
 * sleeps of one day would become one.
 */
export function createKeyReader(type: PipelineType): KeyReader {
  const read = createAnyKeyReader(type);
  return (document) => {
    const key = read(document);
    return key !== null && fitsBytes(key, MOST_INDEXED_BYTES) ? key : null;
  };
}

function createAnyKeyReader(type: PipelineType): KeyReader {
  const paths = type.key.map(fieldNames);
  if (isTimeKeyed(type)) {
    const parts = type.key.map((name, i) => ({
      path: paths[i]!,
      text: name === "timestamp" ? instantKey : keyText,
    }));
    return (document) => {
      let key = "";
      for (const { path, text } of parts) {
        const part = text(valueAt(document, path));
        if (part === null) return null;
        key = key === "" ? part : key + KEY_SEPARATOR + part;
      }
      return key;
    };
  }
  const day = mayLackId(type) && type.day !== null ? fieldNames(type.day) : null;
  return (document) => {
    const texts = paths.map((path) => keyText(valueAt(document, path)));
    if (texts.every((text) => text !== null)) return joined(texts);
    return day === null ? null : keyText(valueAt(document, day));
  };
}

/** Whether Oura sends documents of a type without an `id`, so that their day is the key. */
export function mayLackId({ name }: PipelineType): boolean {
  return findKnownType(name)?.document.shape.id?.safeParse(undefined).success ?? false;
}

/** One text for several parts, and another for any other parts: `a:b`, with `\:` for a part's own. */
function joined(parts: readonly string[]): string {
  if (parts.length === 1) return parts[0]!;
  return parts.map((part) => part.replaceAll(/[\\:]/g, "\\$&")).join(":");
}

function keyText(value: unknown): string | null {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" && !value.includes(KEY_SEPARATOR) &&
      isStorableText(value)
    ? value
    : null;
}

/** One text for every spelling of an instant, exact to the microsecond PostgreSQL keeps. */
function instantKey(value: unknown): string | null {
  const fitted = fit(value, "timestamptz");
  if (!fitted.ok || fitted.value === null) return null;
  const text = String(fitted.value);
  if (isCanonical(text)) return text;
  const milliseconds = millisecondsOf(text);
  if (!Number.isNaN(milliseconds)) return new Date(milliseconds).toISOString();
  const exact = Temporal.Instant.from(text).toString({ smallestUnit: "microsecond" });
  return exact.replace(/(\.\d{3}\d*?)0*Z$/, "$1Z");
}

/** Milliseconds since 1970 of a `timestamptz` that fits; NaN where it is finer than a millisecond. */
export function instantOf(text: string): number {
  const milliseconds = millisecondsOf(text);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  const key = instantKey(text)!;
  return isCanonical(key) ? Date.parse(key) : NaN;
}

/**
 * Milliseconds since 1970 of a sample's key; what is finer is cut off.
 * @param key The columns of the table's key.
 */
export function instantOfKey(key: readonly { readonly name: string }[], text: string): number {
  const place = key.findIndex(({ name }) => name === "timestamp");
  return Date.parse(text.split(KEY_SEPARATOR)[place] ?? "");
}
