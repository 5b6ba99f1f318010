/** The line of `oura.yaml` that makes a column of a new field, valid as it is. */
import { stringify } from "yaml";
import { keyColumns } from "../../config/key.ts";
import type { PipelineType } from "../../config/model.ts";
import { BUILT_IN_COLUMNS, freeColumnName } from "../../config/names.ts";
import { type ColumnType, fit } from "../../lib/values/column_type.ts";
import { formatFieldPath, parseFieldPath } from "../../lib/values/field_path.ts";

/** The column names of a data type's table that no new column may have. */
export function takenNames(type: PipelineType): Set<string> {
  return new Set([
    ...BUILT_IN_COLUMNS,
    ...keyColumns(type.key).map(({ name }) => name),
    ...type.columns.map(({ name }) => name),
  ]);
}

/**
 * The line for `columns:` that takes a field; null where no column can hold it, because PostgreSQL
 * cannot store a name in its path.
 * @param taken Names that are not free; the name of the new column is added.
 */
export function suggestedLine(
  names: readonly string[],
  type: ColumnType,
  taken: Set<string>,
): string | null {
  const path = formatFieldPath(names);
  if (parseFieldPath(path) === null) return null;
  const column = freeColumnName(names.join("_"), taken);
  taken.add(column);
  const line = stringify({ path, type, new_field: true }, {
    collectionStyle: "flow",
    lineWidth: 0,
  });
  return `${stringify(column).trimEnd()}: ${line.trimEnd()}`;
}

/** The narrowest column type that holds a value. */
export function columnTypeOf(value: unknown): ColumnType {
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
      return (["integer", "bigint"] as const).find((type) => fit(value, type).ok) ??
        "double precision";
    case "string":
      return (["date", "timestamptz"] as const).find((type) => fit(value, type).ok) ?? "text";
    default:
      return "jsonb";
  }
}

/** From narrow to wide: each holds every value of those before it. */
const NUMBERS: readonly ColumnType[] = ["integer", "bigint", "double precision"];

/** The column type that holds the values of both. */
export function widerType(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b) return a;
  if (a === "jsonb" || b === "jsonb") return "jsonb";
  const [first, second] = [NUMBERS.indexOf(a), NUMBERS.indexOf(b)];
  return first >= 0 && second >= 0 ? NUMBERS[Math.max(first, second)]! : "text";
}
