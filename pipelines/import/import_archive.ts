/** `import`: an account export into the tables of one wearer. */
import { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { EXIT } from "../../lib/errors.ts";
import { findExportType } from "../../lib/oura/catalog/index.ts";
import { otherWearer } from "./errors.ts";
import { noCounts } from "./context.ts";
import { importType } from "./load_type.ts";
import { loadTypes, type SharedContext } from "./load_types.ts";
import {
  imported,
  type ImportedType,
  type ImportOptions,
  type ImportReport,
  type TypesResult,
} from "./report.ts";
import { type Scan, scanArchive } from "./scan.ts";
import { sharedWith } from "./stored.ts";

export type { ImportOptions, ImportReport };

/**
 * Imports an archive.
 * @throws {ArchiveError} Before anything is written, when the archive is damaged.
 * @throws {UsageError} When it seems to be another person's.
 */
export async function importArchive(options: ImportOptions): Promise<ImportReport> {
  const { db, pipeline, archive, userId, signal } = options;
  const wanted = pipeline.types.filter(({ name }) =>
    options.types?.includes(name) ?? !findExportType(name)?.sensitive
  );
  const scan = await scanArchive(archive, wanted, signal);
  const repertoire = await Repertoire.of(db);
  if (repertoire !== null) dropForeignIds(scan);
  if (!options.force) await refuseOtherWearer(options, scan);
  options.onScanned?.(scan.types.reduce((sum, { rows }) => sum + rows, 0));
  const exportedAt = options.exportedAt ?? scan.exportedAt;
  const context = {
    db,
    userId,
    exportedAt,
    signal,
    repertoire,
    failOnBadRow: pipeline.contract.badRows === "fail",
    ...(options.onRows ? { onRows: options.onRows } : {}),
  };
  const { types, error } = options.dryRun
    ? await compareTypes(options, scan, context)
    : await loadTypes(options, scan, context);
  const { dryRun } = options;
  const exitCode = error?.exitCode ?? EXIT.done;
  return { userId, dryRun, exportedAt, types, ignored: scan.ignored, exitCode, error };
}

/** An id that the encoding of the database may lack is not stored, and no statement can carry it. */
function dropForeignIds({ types }: Scan): void {
  for (const { ids } of types) {
    for (const id of ids) if (!/^\p{ASCII}*$/u.test(id)) ids.delete(id);
  }
}

/** A dry run: compares the archive with the tables that exist. */
async function compareTypes(
  { tables }: ImportOptions,
  scan: Scan,
  context: SharedContext,
): Promise<TypesResult> {
  const types: ImportedType[] = [];
  for (const scanned of scan.types) {
    const exists = tables.has(scanned.type.table);
    const counts = noCounts();
    await importType({ ...context, runId: null }, scanned, exists, counts);
    types.push(imported(scanned, counts, { state: "done" }));
  }
  return { types, error: null };
}

/** Compares days that both have: one wrong archive cannot be taken back. */
async function refuseOtherWearer({ db, userId, tables }: ImportOptions, scan: Scan): Promise<void> {
  const days = new Set<string>();
  let documents = 0;
  for (const { type, days: own, ids } of scan.types) {
    if (type.day === null || ids.size === 0 || !tables.has(type.table)) continue;
    const shared = await sharedWith(db, type.table, userId, own, ids);
    for (const day of shared.days) days.add(day);
    documents += shared.documents;
  }
  if (days.size >= LEAST_DAYS && documents === 0) throw otherWearer(userId, days.size);
}

/** Days in common from which on no common document means another person. */
const LEAST_DAYS = 5;
