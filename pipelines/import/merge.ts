/** Two observations of one document: what differs, and what the later one makes of the earlier. */

import type { PipelineType } from "../../config/model.ts";

type Document = Readonly<Record<string, unknown>>;

/** Where the files write 0 for "not measured". */
const ZERO_IS_NOTHING: ReadonlySet<string> = new Set([
  "average_heart_rate",
  "average_hrv",
  "average_breath",
  "lowest_heart_rate",
]);

/**
 * The stored document with the fields of the file that differ from it. A field that the file's header
 * does not name stays; a field that only is spelled otherwise stays as well.
 * @param offset The field whose UTC offset matters.
 * @returns Null when nothing differs.
 */
export function mergeDocuments(
  stored: Document,
  file: Document,
  offset: string | null,
): Document | null {
  const merged: Record<string, unknown> = { ...stored };
  let changed = false;
  for (const [name, value] of Object.entries(file)) {
    const same = (each: unknown) => canonical(each, name === offset, ZERO_IS_NOTHING.has(name));
    if (same(stored[name]) === same(value)) continue;
    merged[name] = value;
    changed = true;
  }
  return changed ? merged : null;
}

/**
 * What a stored row becomes with a document of the file.
 * @param stored Null where the configuration keeps no documents.
 * @param fields Named in the header of the file.
 * @returns The later document; null where none can be made, because no document is stored and the file
 *   lacks fields that columns are made of.
 */
export function mergeWithStored(
  stored: Document | null,
  file: Document,
  { offset, columns }: PipelineType,
  fields: ReadonlySet<string>,
): Document | "unchanged" | null {
  if (stored !== null) return mergeDocuments(stored, file, offset) ?? "unchanged";
  return columns.every(({ path }) => fields.has(path[0]!)) ? file : null;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const NUMBER = /^-?\d{1,15}(\.\d+)?$/;

/** One text for every spelling of a value. */
function canonical(value: unknown, offsetMatters = false, zeroIsNothing = false): string {
  if (value === null || value === undefined || (zeroIsNothing && value === 0)) return "null";
  // A file cannot tell an empty text from none.
  if (value === "") return "null";
  if (typeof value === "string") {
    if (INSTANT.test(value)) {
      const instant = `@${Date.parse(value)}`;
      return offsetMatters
        ? `${instant} ${value.slice(19).replace(/^\.\d+/, "").replace("Z", "+00:00")}`
        : instant;
    }
    // Leading zeros are digits of a text, such as the classes of a day.
    return NUMBER.test(value) && String(Number(value)) === value ? value : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(",")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([name, inner]) => [name, canonical(inner)])
      .filter(([, inner]) => inner !== "null").map((pair) => pair.join(":"));
    return `{${fields.sort().join(",")}}`;
  }
  return String(value);
}
