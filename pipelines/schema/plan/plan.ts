/** Plan: the steps from the database as it is to `oura.yaml`, and what each of them costs. */
import type { Pipeline } from "../../../config/model.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import { checkConversion } from "./conversion.ts";
import { tableName } from "./ddl.ts";
import { diff, withDayColumn } from "./diff.ts";
import { type LiveState, readState } from "../database_schema.ts";
import type { Conversion, PlannedStep, Step } from "./step.ts";

/**
 * Compares `oura.yaml` with the database and changes nothing. A change of type for which every
 * stored value converts counts as not destructive; finding that out reads the whole table.
 * @throws {UsageError} When a name is taken, or the key of a table would change.
 */
export async function plan(db: Database, pipeline: Pipeline): Promise<PlannedStep[]> {
  const state = await readState(db);
  const steps = diff(pipeline, state, db.kind === "postgres");
  const checked = await checkConversions(db, pipeline, state, steps);
  const counts = new Map<string, number>();
  const planned: PlannedStep[] = [];
  for (const step of checked) {
    if (!step.refills || !state.tables.has(step.table)) {
      planned.push({ ...step, rowsToRefill: 0 });
      continue;
    }
    const rows = counts.get(step.table) ?? await countDocuments(db, step.table);
    counts.set(step.table, rows);
    planned.push({ ...step, rowsToRefill: rows });
  }
  return planned;
}

/** Looks, for every change of type, whether the stored values convert. */
export async function checkConversions(
  db: Database,
  pipeline: Pipeline,
  state: LiveState,
  steps: readonly Step[],
): Promise<(Step & { conversion?: Conversion })[]> {
  const checked = [];
  for (const step of steps) {
    if (step.kind !== "change_type") {
      checked.push(step);
      continue;
    }
    const type = withDayColumn(pipeline.types.find(({ table }) => table === step.table)!);
    const column = type.columns.find(({ name }) => name === step.name)!;
    const conversion = await checkConversion(db, type, column, state);
    checked.push({ ...step, destructive: conversion.unfit > 0, conversion });
  }
  return checked;
}

async function countDocuments(db: Database, table: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*) AS count FROM ${tableName(table)} WHERE raw_data IS NOT NULL`,
  );
  return rows[0]!.count;
}
