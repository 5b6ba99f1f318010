/** The table a data type becomes: its built-in columns, its key, and the declared columns; and its rows. */
import { isTimeKey, keyColumns } from "../../config/key.ts";
import type { PipelineType } from "../../config/model.ts";
import type { ColumnType, ColumnValue } from "../../lib/values/column_type.ts";
import type { Samples } from "./series/samples.ts";
import { sampleType, type SeriesTable } from "./series/series_sql.ts";

/** A column the loader writes from a document. */
export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** The shape of a data table, as the loader, `apply` and `replay` see it. */
export interface Table {
  readonly name: string;
  /** Columns that, after `user_id`, make the primary key. */
  readonly key: readonly TableColumn[];
  /** Built-in columns beside the key: `day`, `utc_offset`, where the type has them. */
  readonly builtin: readonly TableColumn[];
  /** Declared columns, in the order of the YAML. */
  readonly declared: readonly TableColumn[];
  /** Child tables with a row per sample. */
  readonly series: readonly SeriesTable[];
  readonly keepRaw: boolean;
  readonly history: boolean;
  /**
   * Whether rows are keyed by their instant instead of a document id. Such tables are the large
   * ones, and are bulk-loaded.
   */
  readonly timeKeyed: boolean;
}

/** Whether the documents of a type are samples in time, without an id of their own. */
export function isTimeKeyed(type: PipelineType): boolean {
  return isTimeKey(type.key);
}

/** The table of a data type. */
export function tableOf(type: PipelineType): Table {
  const builtin: TableColumn[] = [];
  if (type.day !== null) builtin.push({ name: "day", type: "date" });
  if (type.offset !== null) builtin.push({ name: "utc_offset", type: "interval" });
  return {
    name: type.table,
    key: keyColumns(type.key),
    builtin,
    declared: type.columns.map(({ name, type }) => ({ name, type })),
    series: type.series.map(({ name, shape }) => ({ name, type: sampleType(shape) })),
    keepRaw: type.keepRaw,
    history: type.history && type.keepRaw,
    timeKeyed: isTimeKeyed(type),
  };
}

/** All columns the loader writes, without `user_id`, `raw_data` and the timestamps. */
export function valueColumns(table: Table): readonly TableColumn[] {
  return [...table.key, ...table.builtin, ...table.declared];
}

/** A document that fits its table. */
export interface Row {
  /** Identity within wearer and type; equal for every spelling of the same key. */
  readonly key: string;
  /**
   * The instant of a sample, in milliseconds since 1970; NaN for a document that is not a sample, and
   * for a finer instant. Compared in place of the key: numbers cost less than texts.
   */
  readonly at: number;
  /** Values in the order of `valueColumns(table)`. */
  readonly values: readonly ColumnValue[];
  /** The samples of each of `table.series`; null where the document has none. */
  readonly samples: readonly (Samples | null)[];
  /** The document as JSON text, where the table keeps it. Not the document: batches are long. */
  readonly rawText: string | null;
}

/** The part of a row that is noted of a sample. */
export type Sample = Pick<Row, "key" | "at" | "values">;
