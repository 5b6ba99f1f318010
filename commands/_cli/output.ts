/** How results look: tables for people, JSON and CSV for programs. */
import stringWidth from "fast-string-width";
import { csvField } from "../../lib/values/csv.ts";
import { visibleValue } from "../../lib/values/visible.ts";
import type { Terminal } from "./terminal.ts";

/** Where a column's values are: left for text, right for numbers. */
export type Align = "left" | "right";

const GAP = "  ";

/**
 * Columns of text under a heading, without borders. A value stays in its line, and its width is what
 * a terminal makes of it: two columns for a wide character, none for a combining one.
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  align: readonly Align[] = [],
): string {
  const widths = head.map(() => 0);
  const lines = [head, ...rows].map((row) =>
    row.map((value, column) => {
      const text = visibleValue(cellText(value));
      const width = stringWidth(text);
      widths[column] = Math.max(widths[column] ?? 0, width);
      return { text, width };
    })
  );
  const padded = ({ text, width }: { text: string; width: number }, column: number) => {
    const blanks = " ".repeat(widths[column]! - width);
    return align[column] === "right" ? blanks + text : text + blanks;
  };
  return lines.map((cells) => cells.map(padded).join(GAP).trimEnd()).join("\n");
}

/** Rows of a result that a person is shown; a program, or a file, gets all of them. */
const MOST_ROWS = 1_000;

/**
 * Prints a result of any length as a table.
 * @param forAll The options with which a person gets all of it, for the notice that rows are missing.
 */
export function printTable(
  terminal: Terminal,
  { head, rows, align = [], forAll }: {
    head: readonly string[];
    rows: readonly (readonly unknown[])[];
    align?: readonly Align[];
    forAll: string;
  },
): void {
  const shown = terminal.outIsTerminal ? rows.slice(0, MOST_ROWS) : rows;
  terminal.out(textTable(head, shown, align));
  const more = rows.length - shown.length;
  if (more > 0) {
    terminal.err(`… and ${countText(more)} more: use ${forAll}, or redirect the output.`);
  }
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
  return csvLines([head, ...rows]);
}

/** Lines of CSV, without the last line feed. */
export function csvLines(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => row.map((value) => csvField(cellText(value))).join(",")).join("\r\n");
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
