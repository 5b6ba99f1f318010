import type { Column, PipelineType } from "../../../config/model.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import { tableOf } from "../../stages/table.ts";
import { keyColumns, readStatement, type RefillColumn } from "../refill/sql.ts";
import { createRefillTransform } from "../refill/transform.ts";
import { keyOf, readRow, type StoredRow } from "../refill/read.ts";
import { columnDefinition, findObject, type LiveState } from "../database_schema.ts";
import type { Conversion } from "./step.ts";

const BATCH_ROWS = 5_000;

/** Whether every stored value of a column fits its new type, through the transform of `sync`. */
export async function checkConversion(
  db: Database,
  type: PipelineType,
  column: Column,
  state: LiveState,
): Promise<Conversion> {
  const only = { ...type, columns: [column], series: [] };
  const table = tableOf(only);
  const object = findObject(state, "column", type.table, column.name);
  const samePath = object && columnDefinition(object).path === formatFieldPath(column.path);
  const columns: RefillColumn[] = [
    { name: column.name, type: column.type, previous: samePath ? column.name : null },
  ];
  const transform = createRefillTransform(only, columns);
  const width = keyColumns(table).length;
  const reasons: Record<string, number> = {};
  let rows = 0;
  let unfit = 0;
  for (let after: string[] | null = null;;) {
    const pass = { behind: after !== null, until: false, recent: false, lock: false };
    const sql = readStatement(table, columns, pass, BATCH_ROWS);
    // The first parameter belongs to passes over recent rows.
    const params: string[] = ["epoch", ...(after ?? [])];
    const batch: StoredRow[] = (await db.query<StoredRow>(sql, params)).rows;
    for (const row of batch) {
      rows++;
      const { rejects } = readRow(transform, row);
      if (rejects.length > 0) unfit++;
      for (const { reason } of rejects) reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    const last = batch.at(-1);
    if (!last || batch.length < BATCH_ROWS) return { rows, unfit, reasons };
    after = keyOf(last, width);
  }
}
