/**
 * Transform: a document as Oura sent it becomes a row of the declared columns, or a reject that says
 * why. Pure: `sync`, `apply`, `replay` and `rejects retry` all go through here.
 */
import type { PipelineType } from "../config/model.ts";
import { type ColumnValue, fit, isStorableText, kindOf } from "../lib/column_type.ts";
import { findDataType } from "../lib/oura/catalog/index.ts";
import type { RawDocument } from "../lib/oura/pages.ts";
import { createSeriesReader, type Samples } from "./series/samples.ts";
import { isTimeKeyed, type Table, tableOf, valueColumns } from "./table.ts";
import { valueAt } from "./value_at.ts";

/** Between the parts of a time-keyed row's key; no part contains it. */
export const KEY_SEPARATOR = "\t";

/** A document that fits its table. */
export interface Row {
  /** Identity within wearer and type; equal for every spelling of the same key. */
  readonly key: string;
  /** Values in the order of `valueColumns(table)`. */
  readonly values: readonly ColumnValue[];
  /** The samples of each of `table.series`; null where the document has none. */
  readonly samples: readonly (Samples | null)[];
  readonly raw: RawDocument;
  /** `raw` as JSON text, where the table keeps it. */
  readonly rawText: string | null;
}

/** A document that does not fit, and why. `reason` never contains the value. */
export interface Reject {
  /** Identity as far as it can be told. */
  readonly key: string | null;
  /** Where in the document, in dots. */
  readonly path: string;
  /** The column the value was meant for, when the document itself is sound. */
  readonly column: string | null;
  /** The type expected there, when a column's. */
  readonly expected: string | null;
  readonly reason: string;
  readonly document: unknown;
}

/** Either outcome. */
export type Transformed = { row: Row } | { reject: Reject };

/** The transform of one data type, compiled once and used for every document. */
export interface Transform {
  readonly table: Table;
  (document: unknown): Transformed;
}

/** Compiles the transform of a data type. */
export function createTransform(type: PipelineType): Transform {
  const table = tableOf(type);
  const columns = valueColumns(table);
  const schema = findDataType(type.name)?.document;
  const read = columnReaders(type, table);
  const seriesReaders = type.series.map(createSeriesReader);

  const transform = (document: unknown): Transformed => {
    if (typeof document !== "object" || document === null || Array.isArray(document)) {
      return rejected(null, "", `${kindOf(document)} where a document belongs`, document);
    }
    const raw = document as RawDocument;
    const key = documentKey(type, raw);
    const parsed = schema?.safeParse(raw);
    if (parsed && !parsed.success) {
      const issue = parsed.error.issues[0]!;
      return rejected(key, issue.path.join("."), issue.message, raw);
    }
    if (key === null) {
      return rejected(null, type.key.join(", "), "the document has no key", raw);
    }
    const rawText = table.keepRaw ? JSON.stringify(raw) : null;
    if (rawText !== null && !isStorable(raw, rawText)) {
      return rejected(key, "", "the document holds a character PostgreSQL cannot store", raw);
    }
    const values: ColumnValue[] = new Array(columns.length);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const { path, value } = read[i]!(raw);
      const fitted = fit(value, column.type);
      if (!fitted.ok) {
        return {
          reject: {
            key,
            path,
            column: column.name,
            expected: column.type,
            reason: fitted.reason,
            document: raw,
          },
        };
      }
      if (fitted.value === null && column.name === "day") {
        return rejected(key, path, "the document has no day", raw);
      }
      values[i] = fitted.value;
    }
    const samples: (Samples | null)[] = new Array(seriesReaders.length);
    for (let i = 0; i < seriesReaders.length; i++) {
      const found = seriesReaders[i]!(raw);
      if ("reason" in found) return rejected(key, found.path, found.reason, raw);
      samples[i] = found.samples;
    }
    return { row: { key, values, samples, raw, rawText } };
  };
  return Object.assign(transform, { table });
}

function rejected(
  key: string | null,
  path: string,
  reason: string,
  document: unknown,
): Transformed {
  return { reject: { key, path, column: null, expected: null, reason, document } };
}

type Reader = (document: RawDocument) => { path: string; value: unknown };

/** For each of `valueColumns(table)`, where its value comes from. */
function columnReaders(type: PipelineType, table: Table): Reader[] {
  const at = (dotted: string): Reader => {
    const path = dotted.split(".");
    return (document) => ({ path: dotted, value: valueAt(document, path) });
  };
  const key = table.timeKeyed
    ? type.key.map(at)
    : [(document: RawDocument) => ({ path: "id", value: documentKey(type, document) })];
  const builtin = table.builtin.map(({ name }): Reader =>
    name === "day" ? at(type.day!) : offsetReader(type.offset!)
  );
  return [...key, ...builtin, ...type.columns.map((column) => at(column.path.join(".")))];
}

/**
 * Identity of a document within wearer and type, or null where it has none. A document without an
 * `id` takes its `day`: `daily_cardiovascular_age` had no id before OpenAPI 1.29.
 */
export function documentKey(type: PipelineType, document: RawDocument): string | null {
  const parts = type.key.map((path) => valueAt(document, path.split(".")));
  if (isTimeKeyed(type)) {
    const texts = type.key.map((name, i) =>
      name === "timestamp" ? instantKey(parts[i]) : keyText(parts[i])
    );
    return texts.includes(null) ? null : texts.join(KEY_SEPARATOR);
  }
  const texts = parts.map(keyText);
  if (!texts.includes(null)) return texts.join(":");
  return type.day === null ? null : keyText(valueAt(document, type.day.split(".")));
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
  const instant = Date.parse(text);
  const beyondMilliseconds = /\.\d{3}(\d{1,3})/.exec(text)?.[1]?.replace(/0+$/, "") ?? "";
  return `${new Date(instant).toISOString().slice(0, -1)}${beyondMilliseconds}Z`;
}

/** The wearer's UTC offset, from the tail of a timestamp or from a number of seconds. */
function offsetReader(dotted: string): Reader {
  const path = dotted.split(".");
  return (document) => {
    const value = valueAt(document, path);
    return { path: dotted, value: typeof value === "string" ? offsetSeconds(value) : value };
  };
}

const OFFSET_TAIL = /(?:(Z)|([+-])(\d{2}):?(\d{2})?)$/i;

/** Seconds east of UTC in a timestamp's tail; null where it has none. */
export function offsetSeconds(timestamp: string): number | null {
  const match = /[T ]/.test(timestamp) ? OFFSET_TAIL.exec(timestamp.slice(11)) : null;
  if (!match) return null;
  if (match[1]) return 0;
  const seconds = Number(match[3]) * 3600 + Number(match[4] ?? "0") * 60;
  return match[2] === "-" ? -seconds : seconds;
}

/** Escapes of NUL and of lone surrogates, which `jsonb` refuses. */
const SUSPECT_ESCAPE = /\\u0000|\\ud[89a-f]/;

function isStorable(value: unknown, json: string): boolean {
  return !SUSPECT_ESCAPE.test(json) || deeplyStorable(value);
}

function deeplyStorable(value: unknown): boolean {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, item]) =>
    isStorableText(name) && deeplyStorable(item)
  );
}
