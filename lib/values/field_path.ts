/**
 * Paths in documents as text: field names from the outside in, joined by dots. A name that holds a
 * dot, a blank or a quote is written as a JSON string: `contributors."with.dot"`.
 */
import { isStorableText } from "./pg_limits.ts";

const PLAIN = String.raw`[^.\s"\u0000-\u001f]+`;
const QUOTED = String.raw`"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrtu])*"`;

/** What a path looks like; whether its quoted names are sound only {@linkcode parseFieldPath} says. */
export const FIELD_PATH = new RegExp(`^(?:${PLAIN}|${QUOTED})(?:\\.(?:${PLAIN}|${QUOTED}))*$`);

const NAME = new RegExp(`${QUOTED}|${PLAIN}`, "g");
const IS_PLAIN = new RegExp(`^${PLAIN}$`);

/** The field names of a path; null where the text is no path, or no stored document can have it. */
export function parseFieldPath(text: string): readonly string[] | null {
  if (!FIELD_PATH.test(text)) return null;
  const names: string[] = [];
  for (const [word] of text.matchAll(NAME)) {
    const name = word.startsWith('"') ? unquoted(word) : word;
    if (name === null || !isStorableText(name)) return null;
    names.push(name);
  }
  return names;
}

/** The field names of a path that was validated before, or stored before names could be quoted. */
export function fieldNames(text: string): readonly string[] {
  return parseFieldPath(text) ?? text.split(".");
}

/** Field names as the text of a path, the same text for the same names. */
export function formatFieldPath(names: readonly string[]): string {
  return names.map((name) => IS_PLAIN.test(name) ? name : JSON.stringify(name)).join(".");
}

function unquoted(word: string): string | null {
  try {
    return JSON.parse(word);
  } catch {
    return null;
  }
}
