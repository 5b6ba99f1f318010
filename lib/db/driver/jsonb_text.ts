/**
 * The text that PostgreSQL writes for a `jsonb` value, made here: so that a digest of stored
 * documents can be compared with one of received documents without sending either. Source:
 * PostgreSQL manual, "JSON Types"; its source, `jsonb_util.c`, for the order of names.
 */

const UTF8 = new TextEncoder();

/** Digits with a fraction, as both sides write them; JavaScript writes others with an exponent. */
const EXPONENT = /e/;

/**
 * Writes a JSON value as PostgreSQL does: names in order of their length and then of their bytes, a
 * space behind `:` and `,`.
 * @returns Null where the text cannot be told: a number that JavaScript writes with an exponent.
 */
export function jsonbText(value: unknown): string | null {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    // "-0" is what PostgreSQL makes of 0 with a sign, and JSON.stringify never writes one.
    const text = JSON.stringify(value);
    return EXPONENT.test(text) ? null : text;
  }
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? listText(value) : objectText(value as Record<string, unknown>);
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
