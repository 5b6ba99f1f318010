/** Data types as `oura.yaml` declares them, and their tables, for tests of single stages. */
import { parsePipeline } from "../../config/pipeline.ts";
import type { PipelineType } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import type { Loader } from "../../pipelines/stages/load.ts";
import { type Table, tableOf } from "../../pipelines/stages/table.ts";
import type { Row, Transform } from "../../pipelines/stages/transform.ts";

/** The wearer of these tests. */
export const WEARER = "wearer-1";

/** Compiles one data type from the lines below its name in `oura.yaml`. */
export function typeFrom(name: string, lines: readonly string[] = []): PipelineType {
  const body = lines.length === 0 ? " {}" : `\n${lines.map((line) => `    ${line}\n`).join("")}`;
  const parsed = parsePipeline(`version: 1\ndata_types:\n  ${name}:${body}\n`, "test.yaml");
  if (parsed.problems) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  return parsed.pipeline.types[0]!;
}

/** Adds the declared columns of a type that the catalog knows to its migrated table. */
export async function addColumns(db: Database, type: PipelineType): Promise<Table> {
  const table = tableOf(type);
  for (const column of table.declared) {
    const sql = `ALTER TABLE oura.${table.name} ADD ${quoteIdentifier(column.name)} ${column.type}`;
    await db.exec(sql);
  }
  return table;
}

/** The rows of documents that must all fit. */
export function rowsOf(transform: Transform, documents: readonly unknown[]): Row[] {
  return documents.map((document) => {
    const outcome = transform(document);
    if ("reject" in outcome) throw new Error(`rejected: ${outcome.reject.reason}`);
    return outcome.row;
  });
}

/** Loads rows in a transaction of their own. */
export function load(
  db: Database,
  loader: Loader,
  rows: readonly Row[],
  runId: number | null = null,
) {
  return db.transaction((tx) => loader(tx, { userId: WEARER, runId }, rows));
}

/** All rows of a table as JSON, by its key, without the columns that say when. */
export async function contents(db: Database, table: Table): Promise<unknown[]> {
  const order = table.key.map(({ name }) => quoteIdentifier(name)).join(", ");
  const { rows } = await db.query<{ row: unknown }>(
    `SELECT to_jsonb(t) - 'created_at' - 'updated_at'${
      table.timeKeyed ? " - 'id'" : ""
    } AS row FROM oura.${table.name} t ORDER BY ${order}`,
  );
  return rows.map(({ row }) => row);
}

/** A sound `daily_sleep` document. */
export function dailySleep(id: string, day: string, more: Record<string, unknown> = {}) {
  return {
    id,
    day,
    score: 80,
    timestamp: `${day}T00:00:00+00:00`,
    contributors: { deep_sleep: 90, efficiency: 70 },
    ...more,
  };
}

/** A sound `heart_rate` document, `n` five-minute steps into 2026-05-01. */
export function beat(n: number, more: Record<string, unknown> = {}) {
  const timestamp = new Date(Date.UTC(2026, 4, 1) + n * 300_000).toISOString();
  return { timestamp, bpm: 50 + n % 40, source: "rest", ...more };
}
