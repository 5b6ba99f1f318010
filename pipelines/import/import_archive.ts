/** `import`: an account export into the tables of one wearer. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { LeaseOptions } from "../../lib/db/store/leases.ts";
import { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import { addCounts, noRows } from "../../lib/db/store/runs.ts";
import { BusyError, EXIT, type OuraSyncError, PartialError } from "../../lib/errors.ts";
import { findExportType } from "../../lib/oura/catalog/index.ts";
import { TooManyRejectsError } from "../errors.ts";
import {
  asOuraSyncError,
  type Ending,
  type TypeOutcome,
  type TypeProgress,
  verdict,
} from "../sync/outcome.ts";
import { forgotten, RunRecord } from "../sync/run_record.ts";
import type { Archive } from "./archive.ts";
import { otherWearer } from "./errors.ts";
import { type ImportContext, type ImportCounts, noCounts } from "./context.ts";
import { importType } from "./load_type.ts";
import { type IgnoredFile, type Scan, scanArchive } from "./scan.ts";
import { recordImport, sharedWith } from "./stored.ts";

/** What to import. */
export interface ImportOptions {
  readonly db: Database;
  /** With the declared columns in place, but for a dry run. */
  readonly pipeline: Pipeline;
  /** Names of the tables that exist. */
  readonly tables: ReadonlySet<string>;
  readonly archive: Archive;
  readonly userId: string;
  /** Names of data types. @default All of the pipeline but the sensitive ones */
  readonly types?: readonly string[] | undefined;
  /** When the archive was exported. @default The newest instant of its time series */
  readonly exportedAt?: Date | undefined;
  /** Says what would change, and writes nothing. */
  readonly dryRun: boolean;
  /** Imports even what seems to be another person's archive. */
  readonly force: boolean;
  readonly version: string;
  readonly lease: LeaseOptions;
  readonly signal?: AbortSignal | undefined;
  /** Told once how many rows the archive has. */
  readonly onScanned?: (rows: number) => void;
  readonly onRows?: ImportContext["onRows"];
}

/** What became of one data type. */
export interface ImportedType extends ImportCounts {
  readonly dataType: string;
  readonly files: readonly string[];
  readonly state: TypeOutcome["state"];
  readonly error: { code: string; message: string } | null;
}

/** How an import went. */
export interface ImportReport {
  readonly userId: string;
  readonly dryRun: boolean;
  readonly exportedAt: Date | null;
  readonly types: readonly ImportedType[];
  readonly ignored: readonly IgnoredFile[];
  readonly exitCode: number;
  readonly error: OuraSyncError | null;
}

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
  if (!options.force) await refuseOtherWearer(options, scan);
  options.onScanned?.(scan.types.reduce((sum, { rows }) => sum + rows, 0));
  const exportedAt = options.exportedAt ?? scan.exportedAt;
  const context = {
    db,
    userId,
    exportedAt,
    signal,
    repertoire: await Repertoire.of(db),
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

/** What the types of an archive came to. */
interface TypesResult {
  readonly types: readonly ImportedType[];
  readonly error: OuraSyncError | null;
}

type SharedContext = Omit<ImportContext, "runId">;

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

/** Loads the types one after the other, under their leases, as one run. */
async function loadTypes(
  options: ImportOptions,
  scan: Scan,
  context: SharedContext,
): Promise<TypesResult> {
  const { db, pipeline, userId, lease, version } = options;
  const names = scan.types.map(({ type }) => type.name);
  await using begun = await RunRecord.begin(
    db,
    {
      userId,
      command: "import",
      startedAt: new Date(),
      version,
      configChecksum: pipeline.checksum,
      lease,
    },
    { requests: 0, bytes: 0, traceIds: [] },
    names,
  );
  if (begun === null) throw forgotten(userId);
  const { record, leases } = begun;
  const busy = new Map(leases.busy.map((holder) => [holder.dataType, holder]));
  const running: ImportContext = {
    ...context,
    runId: record.id,
    mayWrite: (tx, dataType) => leases.stillHeld(tx, dataType),
  };
  const outcomes: TypeOutcome[] = [];
  const types: ImportedType[] = [];
  const sum = noRows();
  let stopped: OuraSyncError | null = null;
  for (const scanned of scan.types) {
    const holder = busy.get(scanned.type.name);
    const counts = noCounts();
    const ending: Ending = holder
      ? { state: "busy", holder }
      : await loadType(scanned, running, pipeline, counts);
    const outcome = { ...progressOf(scanned.type.name, counts), ...ending };
    addCounts(sum, outcome.counts);
    outcomes.push(outcome);
    types.push(imported(scanned, counts, ending));
    stopped = endsImport(ending, context.signal);
    if (stopped) break;
    await record.type(outcome, { requests: 0, bytes: 0 });
  }
  const hasFailed = outcomes.some(({ state }) => state === "failed");
  const error = stopped ??
    (busy.size > 0 && !hasFailed
      ? busyTypes([...busy.keys()], outcomes.length)
      : verdict(outcomes));
  await record.close(error, sum);
  return { types, error };
}

/** Loads one type; an expected failure is its ending. */
async function loadType(
  scanned: Scan["types"][number],
  context: ImportContext,
  pipeline: Pipeline,
  counts: ImportCounts,
): Promise<Ending> {
  const { type } = scanned;
  const { db, userId, exportedAt } = context;
  try {
    await importType(context, scanned, true, counts);
    if (exportedAt !== null) {
      await retryStatement(db, (each) => recordImport(each, userId, type.name, exportedAt));
    }
    const error = tooManyRejects(type, counts, pipeline);
    return error ? { state: "failed", error } : { state: "done" };
  } catch (error) {
    return { state: "failed", error: asOuraSyncError(error) };
  }
}

/** The failure that ends the whole import; null when the next type may be loaded. */
function endsImport(ending: Ending, signal: AbortSignal | undefined): OuraSyncError | null {
  if (ending.state !== "failed") return null;
  return signal?.aborted || ending.error.exitCode === EXIT.database ? ending.error : null;
}

function progressOf(
  dataType: string,
  { inserted, updated, unchanged, kept, rejected }: ImportCounts,
): TypeProgress {
  return {
    dataType,
    counts: { inserted, updated, unchanged: unchanged + kept, rejected, deleted: 0 },
    windows: { done: 0, total: 0 },
  };
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

function tooManyRejects(
  { name }: PipelineType,
  { newRejects, inserted, updated, unchanged, kept, rejected }: ImportCounts,
  { contract }: Pipeline,
): OuraSyncError | null {
  const all = inserted + updated + unchanged + kept + rejected;
  if (newRejects === 0 || newRejects / all <= contract.maxRejects) return null;
  return new TooManyRejectsError(name, newRejects, all, contract.maxRejects);
}

/** An import does not come again by itself, as a sync does: what it left out is to be done. */
function busyTypes(dataTypes: readonly string[], all: number): OuraSyncError {
  const hint = "Run the import again when that process has ended.";
  if (dataTypes.length === all) {
    const message = "another process is syncing or importing all requested data types";
    return new BusyError("ALL_BUSY", message, { hint });
  }
  return new PartialError(
    "TYPES_BUSY",
    `another process is syncing or importing ${dataTypes.join(", ")}: these types were skipped`,
    { hint },
  );
}

function imported(
  { type, files }: Scan["types"][number],
  counts: ImportCounts,
  { state, error }: Ending,
): ImportedType {
  return {
    dataType: type.name,
    files: files.map(({ path }) => path),
    state,
    error: error ? { code: error.code, message: error.message } : null,
    ...counts,
  };
}
