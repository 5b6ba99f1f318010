import type { DaySpan } from "../../lib/values/days.ts";
import type { Table } from "./table.ts";

/**
 * The days asked for, as a condition on the table under the alias `t`; a table without any time is
 * taken whole. Samples are counted to their UTC day.
 */
export function withinDays(
  table: Table,
  days: Partial<DaySpan> = {},
): { condition: string; params: string[] } {
  const expression = table.timeKeyed
    ? `(t."timestamp" AT TIME ZONE 'UTC')::date`
    : table.builtin.some(({ name }) => name === "day")
    ? "t.day"
    : null;
  const conditions: string[] = [];
  const params: string[] = [];
  for (const [bound, operator] of [[days.from, ">="], [days.to, "<="]] as const) {
    if (bound === undefined || expression === null) continue;
    params.push(bound);
    conditions.push(`${expression} ${operator} $${params.length}::date`);
  }
  return { condition: conditions.join(" AND ") || "true", params };
}
