/** CSV as RFC 4180 has it: UTF-8, CRLF, instants in UTC. NULL is empty, an empty text is `""`. */
import type { Transaction } from "../../lib/db/driver/database.ts";
import type { ColumnType } from "../../lib/values/column_type.ts";
import { csvField } from "../../lib/values/csv.ts";
import type { ExportColumn, ExportTable, RowFilter } from "./export_table.ts";
import { instantText } from "./instant_text.ts";

const BYTE_ORDER_MARK = "\ufeff";

/** How CSV is written. */
export interface CsvOptions {
  /** Begins with a byte order mark, without which Excel takes UTF-8 for another encoding. */
  readonly excel?: boolean;
}

/** Yields a table as pieces of CSV, each of whole lines. */
export async function* csvPieces(
  tx: Transaction,
  table: ExportTable,
  filter: RowFilter,
  { excel = false }: CsvOptions,
): AsyncGenerator<{ text: string; rows: number }> {
  const head = csvLine(table.columns.map(({ name }) => name));
  yield { text: (excel ? BYTE_ORDER_MARK : "") + head, rows: 0 };
  const { sql, params } = table.select(filter, textOf);
  const names = table.columns.map((_, i) => `c${i}`);
  const isInstant = table.columns.map(({ type }) => type === "timestamptz");
  for await (const { rows } of tx.stream<Record<string, string | null>>(sql, params)) {
    let text = "";
    for (const row of rows) {
      text += csvLine(names.map((name, i) => {
        const value = row[name] ?? null;
        return value !== null && isInstant[i] ? instantText(value) : value;
      }));
    }
    if (rows.length > 0) yield { text, rows: rows.length };
  }
}

/** What the columns of the files mean, as CSV. */
export function dataDictionary(
  tables: readonly ExportTable[],
  { excel = false }: CsvOptions = {},
): string {
  const head = csvLine(["file", "column", "type", "unit", "description"]);
  const lines = tables.flatMap(({ name, columns }) =>
    columns.map((column: ExportColumn) =>
      csvLine([name, column.name, column.type, column.unit, column.description])
    )
  );
  return (excel ? BYTE_ORDER_MARK : "") + head + lines.join("");
}

function csvLine(values: readonly (string | null)[]): string {
  const fields = values.map((value) => value === null ? "" : value === "" ? '""' : csvField(value));
  return `${fields.join(",")}\r\n`;
}

/** The text PostgreSQL has for a value; arrays as JSON. */
function textOf(column: string, type: ColumnType): string {
  return type === "text[]" ? `to_json(${column})::text` : `${column}::text`;
}
