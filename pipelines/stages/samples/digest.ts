/**
 * A digest of the samples in a stretch of time, made by the server of what is stored and here of what
 * was received. Where both are equal nothing changed, and no document needs to be sent to see it.
 * What is compared is everything that the upsert compares: each declared column and the document.
 */
import type { ColumnType, ColumnValue } from "../../../lib/values/column_type.ts";
import { quoteIdentifier as q } from "../../../lib/db/driver/identifiers.ts";
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
/** Microseconds beyond it are not exact. */
const LATEST_MS = Number.MAX_SAFE_INTEGER / 1_000;

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

/** Reads a {@linkcode StoredStretch}: of a table that is not digestible without the digest. */
export function stretchStatement(table: Table): string {
  const line = isDigestible(table) ? lineOf(table) : "''";
  const order = table.key.map(({ name }) => q(name)).join(", ");
  return `SELECT count(*)::int AS rows, date_part('epoch', min(at)) * 1000 AS first,
  date_part('epoch', max(at)) * 1000 AS last,
  (SELECT date_part('epoch', "timestamp") * 1000 FROM oura.${q(table.name)}
    WHERE user_id = $1 AND "timestamp" > $3 ORDER BY "timestamp" LIMIT 1) AS next,
  CASE WHEN bool_and(is_present)
    THEN encode(sha256(convert_to(string_agg(line, E'\\n'), 'UTF8')), 'hex') END AS digest
FROM (
  SELECT "timestamp" AS at, deleted_at IS NULL AS is_present, ${line} AS line
  FROM oura.${q(table.name)}
  WHERE user_id = $1 AND "timestamp" BETWEEN $2 AND $3 ORDER BY ${order}
) AS stored`;
}

/** A row as text; `=` tells an empty text from none. */
function lineOf(table: Table): string {
  const fields = valueColumns(table).map(({ name }) =>
    name === "timestamp"
      ? `(date_part('epoch', "timestamp") * 1000000)::bigint`
      : `'=' || ${q(name)}::text`
  );
  if (table.keepRaw) fields.push("raw_data");
  return `concat(${fields.join(", E'\\t', ")})`;
}

/**
 * The digest of received rows.
 * @param lines Room for their text; its content is overwritten.
 * @param rows In the order of their keys.
 * @param from The first of the rows that count.
 * @param to The end of them.
 * @returns Null where one of them cannot be compared by its text.
 */
export async function digestOf(
  lines: ByteWriter,
  rows: PackedSamples,
  from: number,
  to: number,
): Promise<string | null> {
  const columns = valueColumns(rows.table);
  const instant = columns.findIndex(({ name }) => name === "timestamp");
  lines.cut(0);
  const { documents } = rows;
  for (let row = from; row < to; row++) {
    const at = rows.instant(row);
    if (!(Math.abs(at) <= LATEST_MS)) return null;
    if (row > from) lines.text("\n");
    for (let column = 0; column < columns.length; column++) {
      if (column > 0) lines.text("\t");
      if (column === instant) lines.integer(at * 1_000);
      else if (!writeField(lines, rows.value(row, column))) return null;
    }
    if (!rows.table.keepRaw) continue;
    // If the stored text of a document cannot be predicted, it differs from this one and counts as changed.
    lines.text("\t");
    lines.copy(documents, rows.documentStart(row), rows.documentEnd(row));
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", lines.written())).toHex();
}

/** @returns False for a text that the lines cannot hold. */
function writeField(lines: ByteWriter, value: ColumnValue): boolean {
  if (value === null) return true;
  lines.text("=");
  if (Number.isSafeInteger(value)) lines.integer(value as number);
  else {
    const text = String(value);
    if (SEPARATOR.test(text)) return false;
    lines.text(text);
  }
  return true;
}
