/** The files of the account export: semicolons, `id` or `timestamp` first, then alphabetical. */

/** `bare`: nested JSON stands unquoted in its cell, as until early 2026. `quoted`: RFC 4180. */
export type Era = "bare" | "quoted";

type Document = Readonly<Record<string, unknown>>;

/** The header of a file: its first column, then the others by name. */
export function headerOf(documents: readonly Document[], first: string): string[] {
  const names = new Set(documents.flatMap((document) => Object.keys(document)));
  names.delete(first);
  return [first, ...[...names].sort()];
}

/** A line of a file, with its end. */
export function csvLine(header: readonly string[], document: Document, era: Era): string {
  const end = era === "bare" ? "\n" : "\r\n";
  return header.map((name) => cellText(document[name], era)).join(";") + end;
}

/** As Python's `json.dumps` writes it: a blank after each comma and colon. */
function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([name, inner]) =>
      `${JSON.stringify(name)}: ${jsonText(inner)}`
    );
    return `{${fields.join(", ")}}`;
  }
  return JSON.stringify(value);
}

function cellText(value: unknown, era: Era): string {
  if (value === null || value === undefined) return "";
  const isNested = typeof value === "object";
  const text = isNested ? jsonText(value) : String(value);
  if (isNested && era === "bare") return text;
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
