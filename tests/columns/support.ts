/** Edits of `oura.yaml` against stored documents: no Oura, no simulator, only the database. */
import assert from "node:assert/strict";
import type { Pipeline } from "../../config/model.ts";
import { parsePipeline } from "../../config/pipeline.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { apply } from "../../pipelines/schema/apply/apply.ts";
import type { ApplyOptions, ApplyReport } from "../../pipelines/schema/apply/apply_options.ts";
import { plan } from "../../pipelines/schema/plan/plan.ts";
import { createLoader } from "../../pipelines/stages/load.ts";
import { createTransform, type Row } from "../../pipelines/stages/transform.ts";

/** The wearer of all documents. */
export const WEARER = "wearer-1";

/** The pipeline of some data types, given as the YAML under `data_types:`. */
export function pipelineOf(db: { schema: string }, types: string): Pipeline {
  const indented = types.trim().split("\n").map((line) => `  ${line}`).join("\n");
  const parsed = parsePipeline(`version: 1\ndata_types:\n${indented}\n`, "oura.yaml");
  assert.deepEqual(parsed.problems, undefined);
  return { ...parsed.pipeline!, schema: db.schema };
}

/** Applies the pipeline of some data types; destructive steps only where allowed. */
export async function applyYaml(
  db: Database,
  types: string,
  options: ApplyOptions & { allowDestructive?: boolean } = {},
): Promise<ApplyReport> {
  return await apply(db, pipelineOf(db, types), options);
}

/** The kinds of the steps still to be done. */
export async function pending(db: Database, types: string): Promise<string[]> {
  return (await plan(db, pipelineOf(db, types))).map(({ kind }) => kind);
}

/** Loads documents as a sync with this pipeline would. */
export async function store(
  db: Database,
  types: string,
  name: string,
  documents: readonly unknown[],
  userId = WEARER,
): Promise<void> {
  const type = pipelineOf(db, types).types.find((type) => type.name === name);
  assert.ok(type);
  const transform = createTransform(type);
  const load = createLoader(transform.table);
  const rows: Row[] = documents.map((document) => {
    const outcome = transform(document);
    assert.ok("row" in outcome, "the document fits");
    return outcome.row;
  });
  await db.transaction((tx) => load(tx, { userId, runId: null }, rows));
}

/** The values of one expression over a table, in order of its key. */
export async function values(
  db: Database,
  table: string,
  expression: string,
  order = "id",
): Promise<unknown[]> {
  const { rows } = await db.query<{ value: unknown }>(
    `SELECT ${expression} AS value FROM oura.${table} ORDER BY ${order}`,
  );
  return rows.map(({ value }) => value);
}

/** Synthetic documents of daily_sleep, numbered from 1; deep sleep scores 10 more than the score. */
export function nights(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
    return {
      id: `night-${String(i + 1).padStart(4, "0")}`,
      day,
      score: i + 1,
      timestamp: `${day}T00:00:00+02:00`,
      contributors: { deep_sleep: i + 11, efficiency: 90, latency: null },
      not_in_the_catalog: { level: i / 2, word: i % 2 === 0 ? "even" : "odd" },
    };
  });
}
