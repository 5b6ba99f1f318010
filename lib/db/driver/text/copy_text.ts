/** The text format of `COPY … FROM STDIN`. Source: PostgreSQL manual, COPY, "Text Format". */
import { type ArrayItems, writeArray } from "./array_literal.ts";

/** A value a COPY line can carry. Objects go in as JSON; arrays of texts as SQL arrays. */
export type CopyValue = string | number | boolean | null | readonly unknown[] | object;

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** One field of a line. */
export function copyField(value: CopyValue): string {
  if (value === null) return "\\N";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string"
    ? value
    : Array.isArray(value)
    ? writeArray(value as ArrayItems<string>)
    : typeof value === "object"
    ? JSON.stringify(value)
    : String(value);
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found]!) : text;
}
