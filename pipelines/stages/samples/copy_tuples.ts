/**
 * Samples as tuples of `COPY … FROM STDIN (FORMAT binary)`. The server reads them with a sixth less
 * processor time than lines of text, and nothing has to be escaped. Source: PostgreSQL manual, COPY,
 * "Binary Format", and the `…recv` functions of its types.
 */
import type { ByteWriter } from "../../../lib/db/driver/text/byte_writer.ts";
import { isExactInstant, microsecondsOf } from "../../../lib/db/driver/text/instant.ts";
import type { ColumnType, ColumnValue } from "../../../lib/values/column_type.ts";
import { isDigestible } from "./digest.ts";
import { type Table, valueColumns } from "../table.ts";
import type { PackedSamples } from "./packed_samples.ts";

const UTF8 = new TextEncoder();
/** The signature, no flags, no extension of the header. */
const HEADER = Uint8Array.of(
  ...UTF8.encode("PGCOPY\n"),
  0xff,
  ...UTF8.encode("\r\n\0"),
  ...Array(8).fill(0),
);
const END = -1;
const NULL = -1;
/** The first byte of a document in `jsonb`. */
const JSONB_VERSION = 1;

/** Whether rows of a table can be written as tuples: its columns are of a few plain types. */
export function hasTuples(table: Table): boolean {
  return isDigestible(table);
}

/**
 * Writes the tuples of rows, with the header before and the end behind them.
 * @returns False where a value needs the text format; then a part was written.
 */
export function copyTuples(tuples: ByteWriter, userId: string, rows: PackedSamples): boolean {
  const { table, documents } = rows;
  const columns = valueColumns(table);
  const instant = columns.findIndex(({ name }) => name === "timestamp");
  const user = UTF8.encode(userId);
  tuples.copy(HEADER, 0, HEADER.length);
  for (let row = 0; row < rows.length; row++) {
    tuples.int16(columns.length + (table.keepRaw ? 2 : 1));
    tuples.int32(user.length);
    tuples.copy(user, 0, user.length);
    for (let column = 0; column < columns.length; column++) {
      const isWritten = column === instant
        ? writeInstant(tuples, rows.instant(row))
        : writeValue(tuples, rows.value(row, column), columns[column]!.type);
      if (!isWritten) return false;
    }
    if (!table.keepRaw) continue;
    const start = rows.documentStart(row);
    const end = rows.documentEnd(row);
    tuples.int32(end - start + 1);
    tuples.byte(JSONB_VERSION);
    tuples.copy(documents, start, end);
  }
  tuples.int16(END);
  return true;
}

/** @param at NaN where the instant is finer than a millisecond. */
function writeInstant(tuples: ByteWriter, at: number): boolean {
  if (!isExactInstant(at)) return false;
  tuples.int32(8);
  tuples.int64(microsecondsOf(at));
  return true;
}

function writeValue(tuples: ByteWriter, value: ColumnValue, type: ColumnType): boolean {
  if (value === null) {
    tuples.int32(NULL);
    return true;
  }
  if (type === "text") {
    if (typeof value !== "string") return false;
    tuples.textWithLength(value);
    return true;
  }
  if (type === "boolean") {
    if (typeof value !== "boolean") return false;
    tuples.int32(1);
    tuples.byte(value ? 1 : 0);
    return true;
  }
  // A whole number that JavaScript would round is a text.
  return Number.isSafeInteger(value) && writeInteger(tuples, value as number, type);
}

function writeInteger(tuples: ByteWriter, value: number, type: ColumnType): boolean {
  switch (type) {
    case "smallint":
      tuples.int32(2);
      tuples.int16(value);
      return true;
    case "integer":
      tuples.int32(4);
      tuples.int32(value);
      return true;
    case "bigint":
      tuples.int32(8);
      tuples.int64(value);
      return true;
    default:
      return false;
  }
}
