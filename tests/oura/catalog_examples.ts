/** Synthetic documents made from the catalog. */
import assert from "node:assert/strict";
import type { ColumnType } from "../../lib/values/column_type.ts";
import type { DataType } from "../../lib/oura/catalog/data_type.ts";
import { findDataType } from "../../lib/oura/catalog/index.ts";
import { fieldsOf } from "../../lib/oura/catalog/paths.ts";

/** A value that fits a field of each column type, and values that do not. */
export const EXAMPLES: Record<ColumnType, { right: unknown; wrong: readonly unknown[] }> = {
  "text": { right: "a", wrong: [1, true, {}] },
  "integer": { right: 7, wrong: ["7", 7.5, {}] },
  "bigint": { right: 1733000000000, wrong: ["1733000000000", 0.5] },
  "double precision": { right: 0.5, wrong: ["0.5", true] },
  "boolean": { right: true, wrong: ["true", 1] },
  "date": { right: "2026-03-29", wrong: ["2026-02-30", "29.03.2026", 20260329] },
  "timestamptz": { right: "2026-03-29T00:30:00+01:00", wrong: ["yesterday", "2026-03-29", 1] },
  "text[]": { right: ["a"], wrong: ["a", [1]] },
  "jsonb": { right: [], wrong: [7, "text"] },
  "smallint": { right: 7, wrong: [] },
  "real": { right: 0.5, wrong: [] },
  "numeric": { right: 0.5, wrong: [] },
  "interval": { right: "PT1S", wrong: [] },
};

/** The data type of this name, which must exist. */
export function type(name: string): DataType {
  const dataType = findDataType(name);
  assert.ok(dataType, name);
  return dataType;
}

/** A document with every field the catalog knows. */
export function exampleOf(dataType: DataType): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const { path, shape, column } of fieldsOf(dataType).values()) {
    const isContainer = shape === "object" || shape === "samples";
    put(document, path, isContainer ? {} : EXAMPLES[column].right);
  }
  return document;
}

/** Sets the value at a path whose outer objects are there. */
export function put(document: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop()!;
  let object = document;
  for (const name of names) object = object[name] as Record<string, unknown>;
  object[last] = value;
}
