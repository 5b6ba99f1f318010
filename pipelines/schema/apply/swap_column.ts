import type { Database } from "../../../lib/db/driver/database.ts";
import type { PipelineType } from "../../../config/model.ts";
import { formatFieldPath } from "../../../lib/values/field_path.ts";
import { tableName } from "../plan/ddl.ts";
import { type ExecuteOptions, keep, record, transact } from "./execute.ts";
import { disturbance } from "../refill/refill.ts";
import { columnDefinition, findObject, type LiveState } from "../database_schema.ts";
import type { Step } from "../plan/step.ts";

/**
 * Exchanges a column for the one that holds its values in the new type. Under the lock it makes sure
 * that no sync has written the previous column since the last look.
 * @returns Whether the exchange took place; if not, the next run meets those rows and tries again.
 */
export async function swapColumn(
  db: Database,
  type: PipelineType,
  step: Step,
  state: LiveState,
  options: ExecuteOptions,
): Promise<boolean> {
  const { table, name } = step;
  const object = findObject(state, "column", table, name);
  const column = type.columns.find((column) => column.name === name);
  if (!object?.refill || object.refill.after !== "end" || !column) return false;
  if (columnDefinition(object).retype?.to !== column.type) return false;
  const { since } = object.refill;
  const sql = step.swap!;
  const definition = { path: formatFieldPath(column.path), type: column.type };
  return await transact(db, options, async (tx) => {
    await tx.exec(`LOCK TABLE ${tableName(table)} IN ACCESS EXCLUSIVE MODE`);
    const { atWork, wasAtWork } = await disturbance(tx, type.name, since);
    if (atWork || wasAtWork) return [];
    await tx.exec(sql.join(";\n"));
    await keep(tx, [{ put: { kind: "column", table, name, definition }, refill: false }]);
    return await record(tx, [{ ...step, sql }], "done", options.checksum);
  });
}
