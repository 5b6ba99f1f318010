/**
 * The text that PostgreSQL writes for a `jsonb` value, made here: so that a digest of stored
 * documents can be compared with one of received documents without sending either. Source:
 * PostgreSQL manual, "JSON Types"; its source, `jsonb_util.c`, for the order of names.
 */

const UTF8 = new TextEncoder();

/** JavaScript writes some numbers with an exponent, PostgreSQL none. */
const EXPONENT = /e/;
/** What is not itself between quotes: most texts contain none of it. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

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
  readonly sorted: readonly { readonly name: string; readonly label: string }[];
}

let last: Shape = shapeOf([]);

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
  const sorted = encoded.map(({ name }) => ({ name, label: `${JSON.stringify(name)}: ` }));
  return { names, sorted };
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
