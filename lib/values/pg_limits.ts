/** What PostgreSQL can store of texts and JSON that come from elsewhere. */

/** Whether PostgreSQL can store this text: no NUL, no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** Escapes of NUL and of lone surrogates in JSON text, which `jsonb` refuses. */
const SUSPECT_ESCAPE = /\\u0000|\\ud[89a-f]/;

/**
 * Whether `jsonb` can hold this value, which must be {@linkcode isShallow}: all its names and texts
 * are storable.
 * @param json The value as `JSON.stringify` writes it; looked through first, for it is quicker.
 */
export function isStorableJson(value: unknown, json: string): boolean {
  return !SUSPECT_ESCAPE.test(json) || holdsStorableTexts(value);
}

function holdsStorableTexts(value: unknown): boolean {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, item]) =>
    isStorableText(name) && holdsStorableTexts(item)
  );
}

/** Oura's documents have four. A server gives up at a few thousand, PGlite and we not far from it. */
const MOST_LEVELS = 500;

/** Whether a JSON value is nested less deep than what breaks the stacks of those who read it. */
export function isShallow(value: unknown, levels = MOST_LEVELS): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object" && !isShallow(item, levels - 1)) return false;
    }
    return true;
  }
  for (const name in value) {
    const inner = (value as Record<string, unknown>)[name];
    if (typeof inner === "object" && !isShallow(inner, levels - 1)) return false;
  }
  return true;
}

const UTF8 = new TextEncoder();

/** Whether a text takes at most `bytes` in the database. */
export function fitsBytes(text: string, bytes: number): boolean {
  // A UTF-16 unit takes three bytes at most: short texts need no encoding to tell.
  return text.length * 3 <= bytes || (text.length <= bytes && UTF8.encode(text).length <= bytes);
}

/**
 * The bytes an index row of PostgreSQL holds of a text beside a wearer's id, whose own limit is in
 * `wearer_id.ts`. Source: PostgreSQL's manual, B-Tree Indexes: a third of a page, 2704 bytes.
 */
export const MOST_INDEXED_BYTES = 1_024;
