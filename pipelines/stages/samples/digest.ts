/**
 * A digest of the samples in a stretch of time, made by the server of what is stored and here of what
 * was received. Where both are equal nothing changed, and no document needs to be sent to see it.
 * What is compared is everything that the upsert compares: each declared column and the document.
 */
import { hash } from "node:crypto";
import type { ColumnType, ColumnValue } from "../../../lib/values/column_type.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
import { isExactInstant, microsecondsOf } from "../../../lib/db/driver/text/instant.ts";
import type { ByteWriter } from "../../../lib/db/driver/text/byte_writer.ts";
import { type Table, valueColumns } from "../table.ts";
import type { PackedSamples } from "./packed_samples.ts";

/**
 * Types whose text is the same here and there, whatever the settings of the server. A fraction in
 * `real` or an interval has several.
 */
const PLAIN: readonly ColumnType[] = ["text", "smallint", "integer", "bigint", "boolean"];

/** Between the fields of a line, and between lines; no field that is compared contains them. */
const SEPARATOR = /[\t\n]/;
const TAB = "\t".charCodeAt(0);
const NEWLINE = "\n".charCodeAt(0);
const EQUALS = "=".charCodeAt(0);

/** What is stored from `$2` to `$3` of wearer `$1`. */
export interface StoredStretch extends Record<string, unknown> {
  readonly rows: number;
  /** The first and the last instant, in milliseconds since 1970; null where there is nothing. */
  readonly first: number | null;
  readonly last: number | null;
  /** The first instant behind `$3`, in milliseconds since 1970; null where there is none. */
  readonly next: number | null;
  /** Null where a row has `deleted_at`: it differs from whatever was received. */
  readonly digest: string | null;
}

/** Whether the rows of a table can be compared by digest. */
export function isDigestible(table: Table): boolean {
  return table.timeKeyed &&
    valueColumns(table).every(({ name, type }) => name === "timestamp" || PLAIN.includes(type));
}

/**
 * Reads a {@linkcode StoredStretch}: of a table that is not digestible without the digest. Two digests
 * in one text: of the columns, and of the documents, which are in one piece here and need no copy.
 */
export function stretchStatement(table: Table): string {
  const digestible = isDigestible(table);
  const order = table.key.map(({ name }) => `t.${q(name)}`).join(", ");
  return `SELECT count(*)::int AS rows, date_part('epoch', min(at)) * 1000 AS first,
  date_part('epoch', max(at)) * 1000 AS last,
  (SELECT date_part('epoch', "timestamp") * 1000 FROM oura.${q(table.name)}
    WHERE user_id = $1 AND "timestamp" > $3 ORDER BY "timestamp" LIMIT 1) AS next,
  ${digestible ? `CASE WHEN bool_and(is_present) THEN ${DIGEST} END` : "NULL"} AS digest
FROM (
  SELECT "timestamp" AS at, deleted_at IS NULL AS is_present${digestible ? comparedOf(table) : ""}
  FROM oura.${q(table.name)} AS t
  WHERE user_id = $1 AND "timestamp" BETWEEN $2 AND $3 ORDER BY ${order}
) AS stored`;
}

/** `timestamptz_send` writes eight bytes, in a tenth of the time of a text. */
const DIGEST = `encode(sha256(string_agg(timestamptz_send(at), '')
    || convert_to(string_agg(line, E'\\n'), 'UTF8')), 'hex')
    || encode(sha256(convert_to(string_agg(document, ''), 'UTF8')), 'hex')`;

/** The columns as a line, in which `=` tells an empty text from none, and the document. */
function comparedOf(table: Table): string {
  const fields = valueColumns(table).filter(({ name }) => name !== "timestamp")
    .map(({ name }) => `'=' || ${q(name)}::text`);
  const line = fields.length === 0 ? "''" : `concat(${fields.join(", E'\\t', ")})`;
  const document = table.keepRaw ? "coalesce(raw_data::text, '')" : "''";
  return `,
    ${line} AS line, ${document} AS document`;
}

/**
 * The digest of received rows. If the stored text of a document cannot be predicted, it differs from
 * the received one and counts as changed.
 * @param into Room for what is compared besides the documents; its content is overwritten.
 * @param rows In the order of their keys.
 * @param from The first of the rows that count.
 * @param to The end of them, behind `from`.
 * @returns Null where one of them cannot be compared by its text.
 */
export function digestOf(
  into: ByteWriter,
  rows: PackedSamples,
  from: number,
  to: number,
): string | null {
  into.cut(0);
  const isWritten = writeInstants(into, rows, from, to) && writeLines(into, rows, from, to);
  if (!isWritten) return null;
  const documents = rows.documents.subarray(rows.documentStart(from), rows.documentEnd(to - 1));
  // Web Crypto would copy the bytes and hand them to another thread: twice the processor time.
  return hash("sha256", into.written()) + hash("sha256", documents);
}

function writeInstants(
  into: ByteWriter,
  rows: PackedSamples,
  from: number,
  to: number,
): boolean {
  for (let row = from; row < to; row++) {
    const at = rows.instant(row);
    if (!isExactInstant(at)) return false;
    into.int64(microsecondsOf(at));
  }
  return true;
}

/** @returns False where a text cannot be part of a line. */
function writeLines(into: ByteWriter, rows: PackedSamples, from: number, to: number): boolean {
  const columns = valueColumns(rows.table);
  const places = columns.flatMap(({ name }, place) => name === "timestamp" ? [] : [place]);
  for (let row = from; row < to; row++) {
    if (row > from) into.byte(NEWLINE);
    for (let i = 0; i < places.length; i++) {
      if (i > 0) into.byte(TAB);
      if (!writeField(into, rows.value(row, places[i]!))) return false;
    }
  }
  return true;
}

/** @returns False for a text that the lines cannot hold. */
function writeField(into: ByteWriter, value: ColumnValue): boolean {
  if (value === null) return true;
  into.byte(EQUALS);
  if (Number.isSafeInteger(value)) into.integer(value as number);
  else {
    const text = String(value);
    if (SEPARATOR.test(text)) return false;
    into.text(text);
  }
  return true;
}
