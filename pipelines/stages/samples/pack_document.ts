/**
 * The transform of a plain sample, without an object for its row. Hundreds of thousands of samples
 * are alike: a few whole numbers and short texts. Everything else is left to `transform.ts`. This is
 * a short cut: its rows are always those of the transform.
 */
import type { PipelineType } from "../../../config/model.ts";
import { writePlainJsonb } from "../../../lib/db/driver/text/jsonb_text.ts";
import {
  type ColumnType,
  type ColumnValue,
  INTEGER_LIMITS,
} from "../../../lib/values/column_type.ts";
import { MOST_INDEXED_BYTES } from "../../../lib/values/pg_limits.ts";
import { canonicalMilliseconds } from "../../../lib/values/timestamp_text.ts";
import { KEY_SEPARATOR } from "../key.ts";
import type { Sample, Table } from "../table.ts";
import { isPackable, type PackedSamples } from "./packed_samples.ts";

/**
 * Adds a document to the rows of a batch. Returns the sample to note, which is valid until the next
 * call; null if the transform has to make its row.
 */
export type Packer = (document: unknown, into: PackedSamples) => Sample | null;

/** Where the value of a column comes from. */
interface Source {
  readonly name: string;
  readonly type: ColumnType;
  readonly isKey: boolean;
}

/** The most parts of a key and characters of a text with which every key fits into an index. */
const MOST_PARTS = 4;
const MOST_CHARACTERS = MOST_INDEXED_BYTES / (2 * MOST_PARTS);

/** Compiles the packer of a table; null where its documents are no plain samples. */
export function createPacker(type: PipelineType, table: Table): Packer | null {
  const sources = sourcesOf(type, table);
  if (sources === null) return null;
  const place = sources.findIndex(({ name, isKey }) => isKey && name === "timestamp");
  const values: ColumnValue[] = new Array(sources.length).fill(null);
  const sample = {
    at: NaN,
    values,
    get key() {
      return table.key.map((_, i) => i === place ? new Date(this.at).toISOString() : values[i])
        .join(KEY_SEPARATOR);
    },
  };

  const read = (document: Record<string, unknown>): boolean => {
    for (let i = 0; i < sources.length; i++) {
      if (i === place) continue;
      const { name, type, isKey } = sources[i]!;
      const value = document[name] ?? null;
      if (!isPlain(value, type) || (isKey && (value === null || value === ""))) return false;
      values[i] = value as ColumnValue;
    }
    return true;
  };

  return (document, into) => {
    if (typeof document !== "object" || document === null || Array.isArray(document)) return null;
    const fields = document as Record<string, unknown>;
    const { timestamp } = fields;
    if (typeof timestamp !== "string") return null;
    sample.at = canonicalMilliseconds(timestamp);
    if (Number.isNaN(sample.at) || !read(fields)) return null;
    const { writer } = into;
    const { length } = writer;
    // Writing the document also shows that its names and texts can be stored, and are ASCII.
    if (writePlainJsonb(writer, fields) && into.pushWritten(sample.at, values)) return sample;
    writer.cut(length);
    return null;
  };
}

/** Null if a column needs more than the value of a field. */
function sourcesOf(type: PipelineType, table: Table): Source[] | null {
  if (!isPackable(table) || !table.keepRaw || table.builtin.length > 0) return null;
  const key = table.key.map(({ name, type }) => ({ name, type, isKey: true }));
  const declared = type.columns.map(({ path, type }) => ({ name: path[0]!, type, isKey: false }));
  const isSimple = type.columns.every(({ path, type }) => path.length === 1 && isPlainType(type));
  const isText = key.length <= MOST_PARTS &&
    key.every(({ name, type }) => name === "timestamp" || type === "text");
  return isSimple && isText ? [...key, ...declared] : null;
}

function isPlainType(type: ColumnType): boolean {
  return type === "text" || type === "boolean" || Object.hasOwn(INTEGER_LIMITS, type);
}

/** Whether a value fits a column of a plain type as it is. */
function isPlain(value: unknown, type: ColumnType): boolean {
  if (value === null) return true;
  switch (type) {
    case "text":
      return typeof value === "string" && value.length <= MOST_CHARACTERS;
    case "boolean":
      return typeof value === "boolean";
    default: {
      const [least, most] = LIMITS[type as keyof typeof LIMITS];
      return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
    }
  }
}

/** The limits as numbers: those of `bigint` lose precision, but every safe integer is within them. */
const LIMITS = {
  smallint: INTEGER_LIMITS.smallint.map(Number) as [number, number],
  integer: INTEGER_LIMITS.integer.map(Number) as [number, number],
  bigint: INTEGER_LIMITS.bigint.map(Number) as [number, number],
};
