/**
 * Transform: a document as Oura sent it becomes a row of the declared columns, or a reject that says
 * why. Pure: `sync`, `apply`, `replay` and `rejects retry` all go through here.
 */
import type { PipelineType } from "../config/model.ts";
import { type ColumnValue, fit, kindOf } from "../lib/column_type.ts";
import { fitsBytes, isShallow, isStorableJson, MOST_INDEXED_BYTES } from "../lib/storable.ts";
import { findDataType } from "../lib/oura/catalog/index.ts";
import type { RawDocument } from "../lib/oura/pages.ts";
import { createSeriesReader, type Samples } from "./series/samples.ts";
import { createKeyReader, type KeyReader } from "./document_key.ts";
import { type Table, tableOf, valueColumns } from "./table.ts";
import { offsetSeconds } from "./utc_offset.ts";
import { valueAt } from "./value_at.ts";

/** A document that fits its table. */
export interface Row {
  /** Identity within wearer and type; equal for every spelling of the same key. */
  readonly key: string;
  /** Values in the order of `valueColumns(table)`. */
  readonly values: readonly ColumnValue[];
  /** The samples of each of `table.series`; null where the document has none. */
  readonly samples: readonly (Samples | null)[];
  /** The document as JSON text, where the table keeps it. Not the document: batches are long. */
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
  const keyOf = createKeyReader(type);
  const readers = columnReaders(type, table, keyOf);
  const seriesReaders = type.series.map(createSeriesReader);

  const transform = (document: unknown): Transformed => {
    if (typeof document !== "object" || document === null || Array.isArray(document)) {
      return rejected(null, "", `${kindOf(document)} where a document belongs`, document);
    }
    const raw = document as RawDocument;
    const key = keyOf(raw);
    if (!isShallow(raw)) return rejected(key, "", "the document is nested too deeply", raw);
    const parsed = schema?.safeParse(raw);
    if (parsed && !parsed.success) {
      const issue = parsed.error.issues[0]!;
      return rejected(key, issue.path.join("."), issue.message, raw);
    }
    if (key === null) {
      return rejected(null, type.key.join(", "), "the document has no key that can be stored", raw);
    }
    const rawText = table.keepRaw ? JSON.stringify(raw) : null;
    if (rawText !== null && !isStorableJson(raw, rawText)) {
      return rejected(key, "", "the document holds a character PostgreSQL cannot store", raw);
    }
    const values: ColumnValue[] = new Array(columns.length);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const { path, read, indexed } = readers[i]!;
      const fitted = fit(read(raw), column.type);
      if (!fitted.ok || (indexed && isTooLongForIndex(fitted.value))) {
        return {
          reject: {
            key,
            path,
            column: column.name,
            expected: column.type,
            reason: fitted.ok ? TOO_LONG_FOR_INDEX : fitted.reason,
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
    return { row: { key, values, samples, rawText } };
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

const TOO_LONG_FOR_INDEX = "the value is too long for an index (declare the column without one)";

/** PostgreSQL would refuse the row, and with it the whole batch. */
function isTooLongForIndex(value: ColumnValue): boolean {
  if (typeof value === "string") return !fitsBytes(value, MOST_INDEXED_BYTES);
  return typeof value === "object" && !fitsBytes(JSON.stringify(value), MOST_INDEXED_BYTES);
}

type Reader = (document: RawDocument) => unknown;

/** Where a column's value comes from. */
interface ColumnReader {
  readonly path: string;
  readonly read: Reader;
  readonly indexed: boolean;
}

/** For each of `valueColumns(table)`, where its value comes from. */
function columnReaders(
  type: PipelineType,
  table: Table,
  keyOf: KeyReader,
): ColumnReader[] {
  const at = (dotted: string, indexed = false): ColumnReader => {
    const path = dotted.split(".");
    return { path: dotted, read: (document) => valueAt(document, path), indexed };
  };
  // The key's own length has been judged by its reader.
  const key = table.timeKeyed
    ? type.key.map((part) => at(part))
    : [{ path: "id", read: keyOf, indexed: false }];
  const builtin = table.builtin.map(({ name }) =>
    name === "day" ? at(type.day!) : offset(at(type.offset!))
  );
  const declared = type.columns.map(({ path, index }) => at(path.join("."), index));
  return [...key, ...builtin, ...declared];
}

/** A timestamp's offset, or a number of seconds as it is. */
function offset({ path, read, indexed }: ColumnReader): ColumnReader {
  return {
    path,
    indexed,
    read: (document: RawDocument) => {
      const value = read(document);
      return typeof value === "string" ? offsetSeconds(value) : value;
    },
  };
}
