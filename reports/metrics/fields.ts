/** Where a field of a document is found: in its declared column, else in the stored document. */
import type { Column, PipelineType } from "../../config/model.ts";
import { quoteIdentifier as q, quoteLiteral } from "../../lib/db/driver/identifiers.ts";
import type { Source } from "./source.ts";

/** Column types that hold a number as it is. */
const NUMBERS = new Set(["smallint", "integer", "bigint", "real", "double precision", "numeric"]);

/**
 * SQL of a number of a document, in the unit of the document; NULL where there is none.
 * @param alias The table's alias in the statement.
 */
export function numberOf(source: Source, typeName: string, path: string, alias = "t"): string {
  const type = source.types.get(typeName);
  const column = type && columnAt(type, path);
  const direct = column && numberOfColumn(column, alias);
  return direct ?? rawNumber(type, path, alias);
}

/** SQL of a declared column as a number: seconds of an interval, 0 and 1 of a truth value. */
export function numberOfColumn(column: Column, alias = "t"): string | null {
  const name = `${alias}.${q(column.name)}`;
  if (NUMBERS.has(column.type)) return `${name}::double precision`;
  if (column.type === "interval") return `extract(epoch FROM ${name})::double precision`;
  if (column.type === "boolean") return `${name}::int::double precision`;
  return null;
}

/** SQL of a text of a document. */
export function textOf(source: Source, typeName: string, path: string, alias = "t"): string {
  const type = source.types.get(typeName);
  const column = type && columnAt(type, path);
  if (column) return `${alias}.${q(column.name)}::text`;
  return type?.keepRaw ? `(${alias}.raw_data #>> ${pathLiteral(path)})` : "NULL::text";
}

/** SQL of an instant of a document. */
export function instantOf(source: Source, typeName: string, path: string, alias = "t"): string {
  const type = source.types.get(typeName);
  const column = type && columnAt(type, path);
  if (column?.type === "timestamptz") return `${alias}.${q(column.name)}`;
  return type?.keepRaw
    ? `(${alias}.raw_data #>> ${pathLiteral(path)})::timestamptz`
    : "NULL::timestamptz";
}

/** SQL of a day of a document, such as the last day of a period. */
export function dateOf(source: Source, typeName: string, path: string, alias = "t"): string {
  const type = source.types.get(typeName);
  const column = type && columnAt(type, path);
  if (column?.type === "date") return `${alias}.${q(column.name)}`;
  return type?.keepRaw ? `(${alias}.raw_data #>> ${pathLiteral(path)})::date` : "NULL::date";
}

/** The declared column of a field. */
export function columnAt(type: PipelineType, path: string): Column | undefined {
  return type.columns.find((column) => column.path.join(".") === path);
}

function rawNumber(type: PipelineType | undefined, path: string, alias: string): string {
  if (!type?.keepRaw) return "NULL::double precision";
  const at = `${alias}.raw_data #> ${pathLiteral(path)}`;
  // A field that changed its kind must not end the query.
  return `CASE WHEN jsonb_typeof(${at}) = 'number' THEN (${at})::text::double precision END`;
}

function pathLiteral(path: string): string {
  return `${quoteLiteral(`{${path.split(".").join(",")}}`)}::text[]`;
}
