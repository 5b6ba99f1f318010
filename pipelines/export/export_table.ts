/** What an export reads: the columns of each table, what they mean, and the query. */
import type { PipelineType, Series } from "../../config/model.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { findDataType } from "../../lib/oura/catalog/index.ts";
import { fieldsOf } from "../../lib/oura/catalog/paths.ts";
import type { ColumnType } from "../../lib/values/column_type.ts";
import type { DaySpan } from "../../lib/values/days.ts";
import { formatFieldPath } from "../../lib/values/field_path.ts";
import { sampleType } from "../stages/series/series_sql.ts";
import { tableOf } from "../stages/table.ts";
import { withinDays } from "../stages/within_days.ts";

/** A column of an exported file. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** What it means, for the data dictionary. */
  readonly description: string;
  readonly unit: string | null;
}

/** Which rows are exported. */
export interface RowFilter {
  /** One wearer. @default All */
  readonly userId?: string;
  /** By day of the document, by UTC day for samples in time. @default All */
  readonly days?: Partial<DaySpan>;
}

/** A query with its parameters. */
export interface Selection {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A table that becomes a file. */
export interface ExportTable {
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  /**
   * The rows Oura still returns, in the order of their key; the values are named `c0`, `c1`, … in
   * the order of `columns`.
   * @param expression The SQL that yields a column's value.
   */
  select(filter: RowFilter, expression: (column: string, type: ColumnType) => string): Selection;
}

const USER_ID: ExportColumn = {
  name: "user_id",
  type: "text",
  description: "The wearer.",
  unit: null,
};

const BUILT_IN: Readonly<Record<string, string>> = {
  id: "Oura's identifier of the document.",
  day: "The local day of the wearer.",
  timestamp: "When it was measured.",
  source: "What Oura measured it for.",
  utc_offset: "Offset of the wearer's clock from UTC.",
};

/** The table of a data type with its declared columns. */
export function documentTable(type: PipelineType): ExportTable {
  const table = tableOf(type);
  const declared = type.columns.map(({ name, type: columnType, description, path }) => ({
    name,
    type: columnType,
    description: description ?? `Oura's ${formatFieldPath(path)}.`,
    unit: unitOf(type, path),
  }));
  const builtIn = [...table.key, ...table.builtin]
    .filter(({ name }) => !declared.some((column) => column.name === name))
    .map(({ name, type }) => ({ name, type, description: BUILT_IN[name] ?? "Key.", unit: null }));
  const columns = [USER_ID, ...builtIn, ...declared];
  return {
    name: type.table,
    columns,
    select(filter, expression) {
      const { conditions, params } = conditionsOf(type, filter);
      const values = columns.map(({ name, type }, i) =>
        `${expression(`t.${q(name)}`, type)} AS c${i}`
      );
      const order = ["user_id", ...table.key.map(({ name }) => name)].map((name) => `t.${q(name)}`);
      return {
        sql: `SELECT ${values.join(", ")} FROM oura.${q(table.name)} AS t
          WHERE t.deleted_at IS NULL AND ${conditions} ORDER BY ${order.join(", ")}`,
        params,
      };
    },
  };
}

/** The child table of a series. */
export function seriesTable(type: PipelineType, series: Series): ExportTable {
  const source = `Oura's ${formatFieldPath(series.path)} in ${type.name}.`;
  const columns: ExportColumn[] = [
    USER_ID,
    {
      name: "document_id",
      type: "text",
      description: `The document in ${type.table}.`,
      unit: null,
    },
    { name: "ordinal", type: "integer", description: "Place in the series, from 0.", unit: null },
    { name: "sample_at", type: "timestamptz", description: "When it was measured.", unit: null },
    {
      name: "value",
      type: sampleType(series.shape),
      description: source,
      unit: unitOf(type, series.path),
    },
  ];
  return {
    name: series.name,
    columns,
    select(filter, expression) {
      const { conditions, params } = conditionsOf(type, filter);
      const values = columns.map(({ name, type }, i) =>
        `${expression(`s.${q(name)}`, type)} AS c${i}`
      );
      return {
        sql: `SELECT ${values.join(", ")} FROM oura.${q(series.name)} AS s
          JOIN oura.${q(type.table)} AS t ON t.user_id = s.user_id AND t.id = s.document_id
          WHERE t.deleted_at IS NULL AND ${conditions}
          ORDER BY s.user_id, s.document_id, s.ordinal`,
        params,
      };
    },
  };
}

/** The stored documents of a data type, those that Oura no longer returns included. */
export function selectDocuments(type: PipelineType, filter: RowFilter): Selection {
  const { conditions, params } = conditionsOf(type, filter);
  const key = ["user_id", ...tableOf(type).key.map(({ name }) => name)];
  return {
    sql: `SELECT t.user_id, t.created_at::text, t.updated_at::text, t.deleted_at::text,
        t.raw_data::text AS document
      FROM oura.${q(type.table)} AS t
      WHERE t.raw_data IS NOT NULL AND ${conditions}
      ORDER BY ${key.map((name) => `t.${q(name)}`).join(", ")}`,
    params,
  };
}

/** How many rows {@linkcode selectDocuments} leaves out, because their document was not kept. */
export function countWithoutDocument(type: PipelineType, filter: RowFilter): Selection {
  const { conditions, params } = conditionsOf(type, filter);
  return {
    sql: `SELECT count(*) AS count FROM oura.${q(type.table)} AS t
      WHERE t.raw_data IS NULL AND ${conditions}`,
    params,
  };
}

function conditionsOf(type: PipelineType, { userId, days }: RowFilter) {
  const { condition, params } = withinDays(tableOf(type), days);
  if (userId === undefined) return { conditions: condition, params };
  return {
    conditions: `${condition} AND t.user_id = $${params.length + 1}`,
    params: [...params, userId],
  };
}

function unitOf(type: PipelineType, path: readonly string[]): string | null {
  const dataType = findDataType(type.name);
  const field = dataType && fieldsOf(dataType).get(formatFieldPath(path));
  return field?.unit ?? null;
}
