/** From the text of a cell to the value that Oura's API would send for the same field. */
import type { z } from "zod";
import { type FieldMeta, metaOf } from "../../../lib/oura/catalog/fields.ts";
import { pythonLiteral } from "./python_literal.ts";

/** A column of a file: the field it holds, as the catalog knows it. */
export interface FileColumn {
  readonly name: string;
  /** Whether it becomes a field. A column without a name does not, nor one that every object has. */
  readonly isField: boolean;
  /** Undefined for fields the catalog does not know. */
  readonly schema: z.ZodType | undefined;
  /**
   * The value of a cell; null for an empty one. What does not read as the field's kind stays a text:
   * the column it is declared for decides whether it fits.
   */
  readonly read: (text: string) => unknown;
}

/** The columns of a header. */
export function fileColumns(
  header: readonly string[],
  document: z.ZodObject,
  renamed: Readonly<Record<string, string>> = {},
): FileColumn[] {
  return header.map((given) => {
    const other = Object.hasOwn(renamed, given) ? renamed[given]! : given;
    const name = header.includes(other) ? given : other;
    const schema = Object.hasOwn(document.shape, name)
      ? document.shape[name] as z.ZodType
      : undefined;
    return {
      name,
      isField: !NO_FIELDS.includes(name),
      schema,
      read: cellReader(schema && metaOf(schema)),
    };
  });
}

const NO_FIELDS = ["", "__proto__"];

/** Words that stand for nothing outside of free text. */
const NOTHING = new Set(["", "null", "None", "nan", "NaN", "NULL"]);
const LONGEST_NOTHING = 4;
const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** Compiled once for a column: files have millions of cells. */
function cellReader(meta: FieldMeta | undefined): FileColumn["read"] {
  if (meta === undefined) return (text) => /^[[{]/.test(text) ? structure(text) : text || null;
  const isFreeText = meta.column === "text" && !meta.values && !meta.steps;
  if (isFreeText) return (text) => text || null;
  const read = meta.shape === "value" ? valueReader(meta.column) : structure;
  return (text) => text.length <= LONGEST_NOTHING && NOTHING.has(text) ? null : read(text);
}

function valueReader(column: FieldMeta["column"]): FileColumn["read"] {
  switch (column) {
    case "integer":
    case "bigint":
    case "double precision":
      return numberOf;
    case "boolean":
      return (text) => /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text;
    default:
      return (text) => text;
  }
}

/** A number that JavaScript cannot hold stays a text: the column decides whether it fits. */
function numberOf(text: string): number | string {
  if (!NUMBER.test(text)) return text;
  const value = Number(text);
  const isExact = Number.isSafeInteger(value) || !WHOLE.test(text);
  return isExact && Number.isFinite(value) ? value : text;
}

function structure(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return pythonLiteral(text) ?? text;
  }
}

/**
 * The cells of a row under their columns. A row with too few or too many cells is taken only if
 * exactly one way to complete it with empty cells suits every column; it is never guessed at.
 * @returns Null where no way does, or several do.
 */
export function alignCells(
  columns: readonly FileColumn[],
  cells: readonly string[],
  key: readonly string[],
): readonly string[] | null {
  const lacking = columns.length - cells.length;
  if (lacking === 0) return cells;
  if (lacking < 0) {
    const surplus = cells.slice(columns.length);
    const kept = cells.slice(0, columns.length);
    return surplus.every((cell) => cell === "") && suits(columns, kept, key) ? kept : null;
  }
  const empty = new Array<string>(lacking).fill("");
  const readings = [[...cells, ...empty], [...empty, ...cells]]
    .filter((reading) => suits(columns, reading, key));
  return readings.length === 1 ? readings[0]! : null;
}

function suits(
  columns: readonly FileColumn[],
  cells: readonly string[],
  key: readonly string[],
): boolean {
  return columns.every((column, i) => {
    const value = column.read(cells[i]!);
    if (value === null) return !key.includes(column.name);
    return column.schema === undefined || column.schema.safeParse(value).success;
  });
}
