/** A trend as a table that spreadsheets read: a row per day, week or month. */
import { csvField } from "../../lib/values/csv.ts";
import type { Trend } from "./trend.ts";

/** RFC 4180, with a line of names and units first; a missing value is an empty field. */
export function trendCsv({ starts, lines, step }: Trend): string {
  const head = [step, ...lines.map(({ metric: { id, unit } }) => unit ? `${id} (${unit})` : id)];
  const rows = starts.map((start, i) => [start, ...lines.map(({ values }) => values[i] ?? "")]);
  return [head, ...rows].map((row) => row.map((value) => csvField(String(value))).join(",")).join(
    "\r\n",
  ) + "\r\n";
}
