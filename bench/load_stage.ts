/** The load stage alone: the rows of an archive, ready, into their tables. */
import { openArchive } from "../pipelines/import/archive.ts";
import { batchesOf } from "../pipelines/import/batch/batches.ts";
import { createRowReader } from "../pipelines/import/batch/read_rows.ts";
import { openDocuments } from "../pipelines/import/file/documents.ts";
import { createLoader } from "../pipelines/stages/load.ts";
import { createTransform } from "../pipelines/stages/transform.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import type { Stage } from "./stage.ts";

/**
 * Seconds that the load stage needs for all rows of an archive, on one connection like an import. The
 * tables are empty before and after it. An import loads rows of many kinds, with series of hundreds of
 * rows for one document, so samples of heart rate alone would not be comparable.
 */
export async function benchLoadStage(stage: Stage, path: string): Promise<number> {
  const types = new Map(shippedPipeline().types.map((type) => [type.name, type]));
  const target = { userId: "bench", runId: null };
  await using archive = await openArchive(path);
  let milliseconds = 0;
  for (const member of archive.members) {
    const { verdict } = member;
    const type = verdict.kind === "load" ? types.get(verdict.dataType) : undefined;
    if (type === undefined) continue;
    const transform = createTransform(type);
    const load = createLoader(transform.table);
    const file = await openDocuments(member, type);
    const reader = createRowReader(type, transform, member.path, true);
    for await (const { samples, read } of batchesOf(file, reader)) {
      const rows = samples?.rows ?? read.map(({ row }) => row);
      const began = performance.now();
      await stage.db.transaction((tx) => load(tx, target, rows));
      milliseconds += performance.now() - began;
    }
  }
  const tables = [...types.values()].flatMap(({ table, series }) => [
    table,
    ...series.map(({ name }) => name),
  ]);
  await stage.db.exec(`TRUNCATE ${tables.map((name) => `oura."${name}"`).join(", ")}`);
  return milliseconds / 1_000;
}
