/** The DDL of declared tables, columns, indexes, series and views, against the schema `oura`. */
import { createHash } from "node:crypto";
import type { Column, PipelineType, Series } from "../../../config/model.ts";
import {
  MAX_IDENTIFIER_BYTES,
  quoteIdentifier as q,
  quoteLiteral,
} from "../../../lib/db/driver/identifiers.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import { sampleType } from "../../stages/series/series_sql.ts";
import { tableOf } from "../../stages/table.ts";

/** A table of the schema, quoted. */
export function tableName(name: string): string {
  return `oura.${q(name)}`;
}

/** The same skeleton as the tables of the catalog's data types. */
export function createTable(type: PipelineType): string[] {
  const { key, builtin, timeKeyed } = tableOf(type);
  const columns = [
    "user_id text NOT NULL",
    ...key.map((column) => `${q(column.name)} ${column.type} NOT NULL`),
    ...(timeKeyed ? ["id bigint GENERATED ALWAYS AS IDENTITY"] : []),
    // The day of an endpoint the catalog does not know is a declared column like any other.
    ...(type.known ? builtin : []).map(({ name, type }) =>
      `${name} ${type}${name === "day" ? " NOT NULL" : ""}`
    ),
    "raw_data jsonb",
    "created_at timestamptz NOT NULL DEFAULT now()",
    "updated_at timestamptz NOT NULL DEFAULT now()",
    "deleted_at timestamptz",
    `PRIMARY KEY (user_id, ${key.map(({ name }) => q(name)).join(", ")})`,
  ];
  const table = tableName(type.table);
  const statements = [`CREATE TABLE ${table} (\n  ${columns.join(",\n  ")}\n)`];
  if (type.known && type.day !== null) {
    const index = q(`${type.table}_user_id_day_idx`);
    statements.push(`CREATE INDEX ${index} ON ${table} (user_id, day)`);
  }
  const source = `Oura's ${type.endpoint ?? "account export"}`;
  statements.push(`COMMENT ON TABLE ${table} IS ${quoteLiteral(`${source}.`)}`);
  return statements;
}

/** Adds a column without a default, which rewrites nothing. */
export function addColumn(table: string, column: Column): string[] {
  return [
    `ALTER TABLE ${tableName(table)} ADD COLUMN ${q(column.name)} ${column.type}`,
    commentColumn(table, column),
  ];
}

/** What the column means, from the catalog, and where in the document it is. */
export function commentColumn(table: string, column: Column): string {
  const source = `Oura's ${formatFieldPath(column.path)}`;
  const text = column.description === null ? source : `${column.description} (${source})`;
  return `COMMENT ON COLUMN ${tableName(table)}.${q(column.name)} IS ${quoteLiteral(text)}`;
}

/** Removes a column. */
export function dropColumn(table: string, column: string): string {
  return `ALTER TABLE ${tableName(table)} DROP COLUMN ${q(column)}`;
}

/** Gives a column another name. */
export function renameColumn(table: string, from: string, to: string): string {
  return `ALTER TABLE ${tableName(table)} RENAME COLUMN ${q(from)} TO ${q(to)}`;
}

/** The name of a column's index, whole where PostgreSQL can hold it. */
export function indexName(table: string, column: string): string {
  return shorten(`${table}_${column}`, "_idx");
}

/** The column in which values of the new type are collected; no declared column has such a name. */
export function retypeColumn(column: string): string {
  return shorten(column, "~");
}

function shorten(name: string, suffix: string): string {
  if (name.length + suffix.length <= MAX_IDENTIFIER_BYTES) return name + suffix;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, MAX_IDENTIFIER_BYTES - suffix.length - 9)}_${hash}${suffix}`;
}

/** An index on a column, led by the wearer like every key. */
export function createIndex(table: string, column: string, concurrently: boolean): string {
  const how = concurrently ? "INDEX CONCURRENTLY" : "INDEX";
  return `CREATE ${how} ${q(indexName(table, column))} ON ${tableName(table)} (user_id, ${
    q(column)
  })`;
}

/** Gives an index another name. */
export function renameIndex(from: string, to: string): string {
  return `ALTER INDEX oura.${q(from)} RENAME TO ${q(to)}`;
}

/** Removes an index, valid or not. */
export function dropIndex(index: string, concurrently: boolean): string {
  return `DROP INDEX ${concurrently ? "CONCURRENTLY " : ""}IF EXISTS oura.${q(index)}`;
}

/** The child table of a series: a row per sample, found by its document or by its time. */
export function createSeries(type: PipelineType, series: Series): string[] {
  const table = tableName(series.name);
  const text = `Samples of ${formatFieldPath(series.path)} in ${type.table}: document_id is the ` +
    "document's key there, ordinal the place in it.";
  return [
    `CREATE TABLE ${table} (
  user_id text NOT NULL,
  document_id text NOT NULL,
  ordinal integer NOT NULL,
  sample_at timestamptz NOT NULL,
  value ${sampleType(series.shape)} NOT NULL,
  PRIMARY KEY (user_id, document_id, ordinal)
)`,
    `CREATE INDEX ${q(indexName(series.name, "sample_at"))} ON ${table} (user_id, sample_at)`,
    `COMMENT ON TABLE ${table} IS ${quoteLiteral(text)}`,
  ];
}

/** Removes a table. */
export function dropTable(name: string): string {
  return `DROP TABLE ${tableName(name)}`;
}

/** The name of a data type's view. */
export function viewName(type: PipelineType): string {
  return `v_${type.table}`;
}

/** What a person queries: the key, the day and the declared columns of documents still there. */
export function viewColumns(type: PipelineType): string[] {
  const { key, builtin, declared } = tableOf(type);
  const names = [...key, ...builtin, ...declared].map(({ name }) => name);
  return ["user_id", ...new Set(names)];
}

/** The view of a data type. */
export function createView(type: PipelineType): string {
  return `CREATE VIEW oura.${q(viewName(type))} AS SELECT ${
    viewColumns(type).map(q).join(", ")
  } FROM ${tableName(type.table)} WHERE deleted_at IS NULL`;
}

/** Removes a view. */
export function dropView(name: string): string {
  return `DROP VIEW IF EXISTS oura.${q(name)}`;
}
