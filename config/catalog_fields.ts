import { COLUMN_TYPES, type ColumnType, type ColumnValue, fit } from "../lib/values/column_type.ts";
import { fieldNames, formatFieldPath } from "../lib/values/field_path.ts";
import type { CatalogField } from "../lib/oura/catalog/paths.ts";
import { quote } from "./yaml/problem.ts";
import { didYouMean } from "./yaml/suggest.ts";

/** What the catalog says of a data type's fields; null for a data type it does not know. */
export type Fields = ReadonlyMap<string, CatalogField> | null;

/** A typical value of each catalog type: what never fits it never fits the field. */
const TYPICAL: Readonly<Record<ColumnType, ColumnValue>> = {
  "text": "long_sleep",
  "smallint": 1,
  "integer": 1,
  "bigint": 1_767_225_600_000,
  "real": 1,
  "double precision": 1,
  "numeric": 1,
  "boolean": true,
  "date": "2026-01-01",
  "timestamptz": "2026-01-01T00:00:00+00:00",
  "interval": "PT1S",
  "jsonb": {},
  "text[]": ["a"],
};

/** The column types that can hold a field. A number is a time only where its unit says so. */
export function fittingTypes(field: CatalogField): ColumnType[] {
  return COLUMN_TYPES.filter((type) => {
    if (!fit(TYPICAL[field.column], type).ok) return false;
    if (typeof TYPICAL[field.column] !== "number") return true;
    if (type === "interval") return field.unit === "s";
    return type !== "timestamptz" || field.unit === "ms" && field.column === "bigint";
  });
}

/** Why `path` leads to no field, with the nearest field; null when it leads to one. */
export function pathProblem(path: string, fields: Fields, typeName: string): string | null {
  if (fields === null || fields.has(path)) return null;
  const parts = fieldNames(path);
  for (let length = parts.length - 1; length > 0; length--) {
    const outer = fields.get(formatFieldPath(parts.slice(0, length)));
    if (outer === undefined) continue;
    if (outer.shape === "list") {
      return `${quote(outer.path)} is a list, whose items have no path; take it whole as jsonb`;
    }
    if (outer.shape === "value") {
      return `${quote(outer.path)} in ${typeName} is ${outer.column}, with no fields inside`;
    }
    break;
  }
  const hint = didYouMean(path, fields.keys());
  return `no field ${quote(path)} in ${typeName}` + (hint ||
    "; if Oura sends it, add its type and new_field: true");
}
