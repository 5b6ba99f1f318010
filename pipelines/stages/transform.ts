/**
 * Transform: a document as Oura sent it becomes a row of the declared columns, or a reject that says
 * why. Pure: `sync`, `apply`, `replay` and `rejects retry` all go through here.
 */
import type { PipelineType } from "../../config/model.ts";
import { type ColumnValue, fit, kindOf } from "../../lib/values/column_type.ts";
import {
  fitsBytes,
  isShallow,
  isStorableJson,
  MOST_INDEXED_BYTES,
} from "../../lib/values/pg_limits.ts";
import { fieldNames, formatFieldPath } from "../../lib/values/field_path.ts";
import type { RawDocument } from "../../lib/oura/pages.ts";
import { jsonbText } from "../../lib/db/driver/text/jsonb_text.ts";
import { createSeriesReader, type Samples, type UnreadSeries } from "./series/samples.ts";
import { createKeyReader, instantOf, type KeyReader } from "./key.ts";
import { createPacker, type Packer } from "./samples/pack_document.ts";
import { type Row, type Sample, type Table, tableOf, valueColumns } from "./table.ts";
import { offsetOf } from "./utc_offset.ts";
import { obstacleAt, valueAt } from "./value_at.ts";

export type { Row, Sample };

/** A document that does not fit, and why. `reason` never contains the value. */
export interface Reject {
  /** Identity as far as it can be told. */
  readonly key: string | null;
  /** Where in the document, as `oura.yaml` writes paths. */
  readonly path: string;
  /** The column the value was meant for; null where the document or a series cannot be read. */
  readonly column: string | null;
  /** The type expected there, when a column's. */
  readonly expected: string | null;
  readonly reason: string;
  readonly document: unknown;
}

/**
 * Either outcome. A row whose series cannot all be read is loaded without those samples; `unread`
 * says which and why.
 */
export type Transformed = { row: Row; unread?: Reject } | { reject: Reject };

/** The transform of one data type, compiled once and used for every document. */
export interface Transform {
  readonly table: Table;
  /** The short cut for plain samples; null for a table without them. */
  readonly pack: Packer | null;
  (document: unknown): Transformed;
}

/** Compiles the transform of a data type. */
export function createTransform(type: PipelineType): Transform {
  const table = tableOf(type);
  const columns = valueColumns(table);
  const keyOf = createKeyReader(type);
  const readers = columnReaders(type, table, keyOf);
  const seriesReaders = type.series.map(createSeriesReader);
  const instant = table.timeKeyed ? columns.findIndex(({ name }) => name === "timestamp") : -1;

  const transform = (document: unknown): Transformed => {
    if (typeof document !== "object" || document === null || Array.isArray(document)) {
      return rejected(null, "", `${kindOf(document)} where a document belongs`, document);
    }
    const raw = document as RawDocument;
    const key = keyOf(raw);
    if (!isShallow(raw)) return rejected(key, "", "the document is nested too deeply", raw);
    if (key === null) {
      return rejected(null, type.key.join(", "), "the document has no key that can be stored", raw);
    }
    const rawText = table.keepRaw ? textOf(raw, table.timeKeyed) : null;
    if (rawText !== null && !isStorableJson(raw, rawText)) {
      return rejected(key, "", "the document holds a character PostgreSQL cannot store", raw);
    }
    const values: ColumnValue[] = new Array(columns.length);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const reader = readers[i]!;
      const { path } = reader;
      const value = reader.read(raw);
      const fitted = fit(value, column.type);
      const reason = fitted.ok ? refusal(reader, value, fitted.value, raw) : fitted.reason;
      if (!fitted.ok || reason !== null) {
        const { name, type: expected } = column;
        return {
          reject: { key, path, column: name, expected, reason: reason ?? "", document: raw },
        };
      }
      if (fitted.value === null && column.name === "day") {
        return rejected(key, path, "the document has no day", raw);
      }
      values[i] = fitted.value;
    }
    const at = instant === -1 ? NaN : instantOf(values[instant] as string);
    if (seriesReaders.length === 0) return { row: { key, at, values, samples: NONE, rawText } };
    const samples: (Samples | null)[] = new Array(seriesReaders.length);
    const unread: UnreadSeries[] = [];
    for (let i = 0; i < seriesReaders.length; i++) {
      const found = seriesReaders[i]!(raw);
      if ("reason" in found) unread.push(found);
      samples[i] = "reason" in found ? null : found.samples;
    }
    const row = { key, at, values, samples, rawText };
    return unread.length === 0 ? { row } : { row, unread: unreadReject(key, unread, raw) };
  };
  return Object.assign(transform, { table, pack: createPacker(type, table) });
}

/** Of a sample the text that the database has of it, with which it is compared by digest. */
function textOf(raw: RawDocument, isSample: boolean): string {
  return (isSample ? jsonbText(raw) : null) ?? JSON.stringify(raw);
}

/** The samples of every row of a type without series. */
const NONE: readonly never[] = [];

function rejected(
  key: string | null,
  path: string,
  reason: string,
  document: unknown,
): Transformed {
  return { reject: { key, path, column: null, expected: null, reason, document } };
}

/** One reject for all series of a document: the quarantine holds a document once. */
function unreadReject(key: string, unread: readonly UnreadSeries[], document: unknown): Reject {
  const reasons = unread.map(({ series, reason }) => `series ${series}: ${reason}`).join("; ");
  return {
    key,
    path: unread.map(({ path }) => path).join(", "),
    column: null,
    expected: null,
    reason: `${reasons} (the row is loaded without these samples)`,
    document,
  };
}

/** Why a value that fits the type of its column cannot be its value; null when it can. */
function refusal(
  { indexed, names }: ColumnReader,
  value: unknown,
  fitted: ColumnValue,
  document: RawDocument,
): string | null {
  if (value === undefined) return names.length > 1 ? obstacleReason(document, names) : null;
  return indexed && isTooLongForIndex(fitted) ? TOO_LONG_FOR_INDEX : null;
}

/** A text or a list where an object belongs: NULL would hide what Oura sent. */
function obstacleReason(document: unknown, names: readonly string[]): string | null {
  const obstacle = obstacleAt(document, names);
  if (obstacle === null) return null;
  return `${obstacle.kind} at ${formatFieldPath(obstacle.path)}, where an object belongs`;
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
  /** The field names of the path; empty where the value is made of the whole document. */
  readonly names: readonly string[];
  readonly read: Reader;
  readonly indexed: boolean;
}

/** For each of `valueColumns(table)`, where its value comes from. */
function columnReaders(
  type: PipelineType,
  table: Table,
  keyOf: KeyReader,
): ColumnReader[] {
  const at = (path: string, indexed = false): ColumnReader => {
    const names = fieldNames(path);
    return { path, names, read: (document) => valueAt(document, names), indexed };
  };
  // The key's own length has been judged by its reader.
  const key = table.timeKeyed
    ? type.key.map((part) => at(part))
    : [{ path: "id", names: [], read: keyOf, indexed: false }];
  const builtin = table.builtin.map(({ name }) =>
    name === "day" ? at(type.day!) : offset(at(type.offset!))
  );
  const declared = type.columns.map(({ path, index }) => at(formatFieldPath(path), index));
  return [...key, ...builtin, ...declared];
}

function offset(reader: ColumnReader): ColumnReader {
  return { ...reader, names: [], read: (document) => offsetOf(reader.read(document)) };
}
