/** The completeness of a cohort as a table for statistics: a row per wearer, data type and day. */
import { csvField } from "../../lib/values/csv.ts";
import type { Cell, Cohort } from "./model.ts";

const HEAD = ["wearer", "data_type", "day", "read", "held", "missing", "error_code"];

/**
 * RFC 4180, with a line of names first. `read`: a complete reading covers the day; `held`: there is
 * data of it; `missing`: why there is none, in the words of `gaps`. Days of the future are left out.
 */
export function cohortCsv({ days, wearers }: Cohort): string {
  const lines = [HEAD.join(",")];
  for (const { userId, label, types } of wearers) {
    const wearer = csvField(label ?? userId);
    for (const { dataType, cells, unread, codes } of types) {
      const notRead = new Set(unread);
      days.forEach((day, i) => {
        const cell = cells[i]!;
        if (cell === "future") return;
        const held = isHeld(cell);
        const why = held ? "" : cell;
        const facts = [!notRead.has(day), held, why, codes[day] ?? ""];
        lines.push([wearer, csvField(dataType), day, ...facts].join(","));
      });
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

function isHeld(cell: Cell): boolean {
  return cell === "data" || cell === "partial";
}
