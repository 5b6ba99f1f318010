/**
 * The text that PostgreSQL writes for a `jsonb` value, made here: so that a digest of stored
 * documents can be compared with one of received documents without sending either. Source:
 * PostgreSQL manual, "JSON Types"; its source, `jsonb_util.c`, for the order of names.
 */

import type { ByteWriter } from "./byte_writer.ts";

const UTF8 = new TextEncoder();

/** JavaScript writes some numbers with an exponent, PostgreSQL none. */
const EXPONENT = /e/;
/** Characters that JSON escapes; most texts contain none. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;
/** Printed ASCII without what JSON escapes, as `ByteWriter.plainJsonText` takes it. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Writes a JSON value as PostgreSQL does: names in order of their length and then of their bytes, a
 * space behind `:` and `,`.
 * @returns Null where the text cannot be told: a number that JavaScript writes with an exponent.
 */
export function jsonbText(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`;
    case "number":
      return numberText(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? listText(value) : objectText(value as Record<string, unknown>);
    default:
      return String(value);
  }
}

function numberText(value: number): string | null {
  if (Number.isSafeInteger(value)) return String(value);
  const text = JSON.stringify(value);
  return EXPONENT.test(text) ? null : text;
}

function listText(items: readonly unknown[]): string | null {
  let text = "";
  for (const item of items) {
    const written = jsonbText(item);
    if (written === null) return null;
    text += text === "" ? written : `, ${written}`;
  }
  return `[${text}]`;
}

/** Names as they came, and the same in PostgreSQL's order: most objects have the names of the last one. */
interface Shape {
  readonly names: readonly string[];
  readonly sorted: readonly Label[];
  /** Whether every name is plain. */
  readonly isPlain: boolean;
}

interface Label {
  readonly name: string;
  /** The text before the value. */
  readonly label: string;
  /** The same in bytes, with a comma before it unless it is the first. */
  readonly bytes: Uint8Array;
}

let last: Shape = shapeOf([]);

/**
 * Writes an object as {@linkcode jsonbText} does, if its names and values are plain: whole numbers,
 * ASCII texts without anything to escape, booleans and nulls.
 * @returns False where a name or a value is not plain; then a part may have been written.
 */
export function writePlainJsonb(writer: ByteWriter, object: Record<string, unknown>): boolean {
  if (!hasNames(object, last.names)) last = shapeOf(Object.keys(object));
  const { sorted, isPlain } = last;
  if (!isPlain) return false;
  for (let i = 0; i < sorted.length; i++) {
    const { name, bytes } = sorted[i]!;
    writer.copy(bytes, 0, bytes.length);
    if (!writePlainValue(writer, object[name])) return false;
  }
  writer.text(sorted.length === 0 ? "{}" : "}");
  return true;
}

function writePlainValue(writer: ByteWriter, value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return writer.plainJsonText(value);
    case "number":
      if (!Number.isSafeInteger(value)) return false;
      writer.integer(value);
      return true;
    case "boolean":
      writer.text(value ? "true" : "false");
      return true;
    default:
      if (value === null) writer.text("null");
      return value === null;
  }
}

function hasNames(object: Record<string, unknown>, names: readonly string[]): boolean {
  let i = 0;
  for (const name in object) if (names[i++] !== name) return false;
  return i === names.length;
}

function objectText(object: Record<string, unknown>): string | null {
  const names = Object.keys(object);
  const { sorted } = last = isShape(last, names) ? last : shapeOf(names);
  let text = "";
  for (const { name, label } of sorted) {
    const written = jsonbText(object[name]);
    if (written === null) return null;
    text += text === "" ? label + written : `, ${label}${written}`;
  }
  return `{${text}}`;
}

function isShape(shape: Shape, names: readonly string[]): boolean {
  if (shape.names.length !== names.length) return false;
  for (let i = 0; i < names.length; i++) if (shape.names[i] !== names[i]) return false;
  return true;
}

function shapeOf(names: readonly string[]): Shape {
  const encoded = names.map((name) => ({ name, bytes: UTF8.encode(name) }));
  encoded.sort((a, b) => a.bytes.length - b.bytes.length || compareBytes(a.bytes, b.bytes));
  const sorted = encoded.map(({ name }, i) => {
    const label = `${JSON.stringify(name)}: `;
    return { name, label, bytes: UTF8.encode(i === 0 ? `{${label}` : `, ${label}`) };
  });
  return { names, sorted, isPlain: names.every((name) => PLAIN.test(name)) };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
