/** How results look: tables for people, JSON and CSV for programs. */
import Table from "cli-table3";

const PLAIN = {
  "top": "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  "bottom": "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  "left": "",
  "left-mid": "",
  "mid": "",
  "mid-mid": "",
  "right": "",
  "right-mid": "",
  "middle": "  ",
};

/** Columns of text under a heading, without borders. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  align: readonly ("left" | "right")[] = [],
): string {
  const table = new Table({
    head: [...head],
    chars: PLAIN,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: head.map((_, i) => align[i] ?? "left"),
  });
  for (const row of rows) table.push(row.map(cellText));
  return table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** A value in a table cell. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${value.toHex()}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** One JSON document. What JSON has no value for is the text that PostgreSQL has for it. */
export function jsonText(value: unknown): string {
  const plain = (_: string, part: unknown) =>
    part instanceof Uint8Array || (typeof part === "number" && !Number.isFinite(part))
      ? cellText(part)
      : part;
  return JSON.stringify(value, plain, 2);
}

/** CSV as RFC 4180 has it, without the last line feed. */
export function csvText(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const field = (value: unknown) => {
    const text = cellText(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => row.map(field).join(",")).join("\r\n");
}

/** Seconds for people: `0.4 s`, `12 s`, `3 min 20 s`. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A count with thin groups: `450 000`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}
