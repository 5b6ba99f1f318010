/** Parquet: typed columns, instants as UTC microseconds, one row group per batch. */
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import type { Transaction } from "../../lib/db/driver/database.ts";
import type { ColumnType } from "../../lib/values/column_type.ts";
import type { ExportTable, RowFilter } from "./export_table.ts";

/** Rows of a row group, which is what is in memory at once. */
const ROW_GROUP = 10_000;

/** How a column type is stored. */
interface Storage {
  readonly element: Omit<SchemaElement, "name" | "repetition_type">;
  /** The SQL that yields what is stored. */
  readonly sql: (column: string) => string;
  /** Makes the stored value of what the database yields. */
  readonly read?: (value: unknown) => unknown;
}

const asText: Storage = {
  element: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  sql: (column) => `${column}::text`,
};
const toBigInt = (value: unknown) => BigInt(value as string);
const int32: Storage = { element: { type: "INT32" }, sql: (column) => column };
const double: Storage = {
  element: { type: "DOUBLE" },
  sql: (column) => `${column}::double precision`,
};

const STORAGE: Readonly<Record<ColumnType, Storage>> = {
  "text": asText,
  "interval": asText,
  "jsonb": asText,
  "text[]": { ...asText, sql: (column) => `to_json(${column})::text` },
  "smallint": int32,
  "integer": int32,
  "bigint": { element: { type: "INT64" }, sql: (column) => `${column}::text`, read: toBigInt },
  "real": { element: { type: "FLOAT" }, sql: (column) => column },
  "double precision": double,
  "numeric": double,
  "boolean": { element: { type: "BOOLEAN" }, sql: (column) => column },
  "date": {
    element: { type: "INT32", converted_type: "DATE" },
    sql: (column) => `(${column} - DATE '1970-01-01')`,
  },
  "timestamptz": {
    // The short TIMESTAMP types are read as local times by some programs.
    element: {
      type: "INT64",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
    },
    sql: (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint::text`,
    read: toBigInt,
  },
};

/** Yields a table as pieces of a Parquet file. */
export async function* parquetPieces(
  tx: Transaction,
  table: ExportTable,
  filter: RowFilter,
): AsyncGenerator<{ bytes: Uint8Array; rows: number }> {
  const storages = table.columns.map(({ type }) => STORAGE[type]);
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: "root", num_children: table.columns.length },
      ...table.columns.map(({ name }, i): SchemaElement => ({
        name,
        repetition_type: "OPTIONAL",
        ...storages[i]!.element,
      })),
    ],
  });
  const written = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  const { sql, params } = table.select(filter, (column, type) => STORAGE[type].sql(column));
  for await (const { rows } of tx.stream(sql, params, { batchRows: ROW_GROUP })) {
    if (rows.length === 0) continue;
    const columnData = table.columns.map(({ name }, i) => {
      const { read = (value: unknown) => value } = storages[i]!;
      const data = rows.map((row) => {
        const value = row[`c${i}`] ?? null;
        return value === null ? null : read(value);
      });
      return { name, data };
    });
    await parquet.write({ columnData, rowGroupSize: ROW_GROUP });
    yield { bytes: written(), rows: rows.length };
  }
  await parquet.finish();
  yield { bytes: written(), rows: 0 };
}
