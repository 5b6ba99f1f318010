/** An account export of the simulator, and its import into a database. */
import { openArchive } from "../../pipelines/import/archive.ts";
import {
  importArchive,
  type ImportOptions,
  type ImportReport,
} from "../../pipelines/import/import_archive.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import {
  TextReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
} from "@zip.js/zip.js";
import { shippedPipeline } from "../support/sync_world.ts";

/** Makes a ZIP of files by path, for the length of `body`. */
export async function withZip(
  files: ReadonlyMap<string, string> | Uint8Array,
  body: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".zip" });
  try {
    await Deno.writeFile(path, files instanceof Uint8Array ? files : await zipOf(files));
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The bytes of a ZIP. */
export async function zipOf(
  files: ReadonlyMap<string, string>,
  options: { password?: string } = {},
): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false, ...options });
  for (const [path, text] of files) await writer.add(path, new TextReader(text));
  return await writer.close();
}

/** The names in a ZIP. */
export async function namesIn(bytes: Uint8Array): Promise<string[]> {
  const reader = new ZipReader(new Uint8ArrayReader(bytes));
  const names = (await reader.getEntries()).map(({ filename }) => filename);
  await reader.close();
  return names;
}

/** Imports an archive as the command does. */
export async function importInto(
  db: Database,
  path: string,
  userId: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  const lease = { holder: crypto.randomUUID() };
  const declared = options.pipeline ?? shippedPipeline(db.schema);
  const { pipeline } = await applyAdditive(db, declared, lease);
  await using archive = await openArchive(path);
  return await importArchive({
    db,
    tables: new Set(pipeline.types.map(({ table }) => table)),
    archive,
    userId,
    dryRun: false,
    force: false,
    version: "test",
    lease,
    ...options,
    pipeline,
  });
}

/** The sum of a count over all types. */
export function total(report: ImportReport, name: "inserted" | "updated" | "kept" | "rejected") {
  return report.types.reduce((sum, type) => sum + type[name], 0);
}
