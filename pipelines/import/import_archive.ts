/** `import`: an account export into the tables of one wearer. */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import { acquireLeases, type LeaseOptions } from "../../lib/db/store/leases.ts";
import { retryStatement } from "../../lib/db/driver/retry_transaction.ts";
import { noRows } from "../../lib/db/store/runs.ts";
import { BusyError, EXIT, OuraSyncError } from "../../lib/errors.ts";
import { TooManyRejectsError } from "../errors.ts";
import { type TypeOutcome, verdict } from "../sync/outcome.ts";
import { RunRecord } from "../sync/run_record.ts";
import type { Archive } from "./archive.ts";
import { otherWearer } from "./errors.ts";
import { type ImportContext, type ImportCounts, importType } from "./load_type.ts";
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
  /** Names of data types. @default All of the pipeline */
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
  const { db, pipeline, archive, userId, signal, dryRun } = options;
  const wanted = pipeline.types.filter(({ name }) => options.types?.includes(name) ?? true);
  const scan = await scanArchive(archive, wanted, signal);
  if (!options.force) await refuseOtherWearer(options, scan);
  options.onScanned?.(scan.types.reduce((sum, { rows }) => sum + rows, 0));
  const exportedAt = options.exportedAt ?? scan.exportedAt;
  const context = {
    db,
    userId,
    exportedAt,
    signal,
    failOnBadRow: pipeline.contract.badRows === "fail",
    ...(options.onRows ? { onRows: options.onRows } : {}),
  };
  const report = (types: ImportedType[], error: OuraSyncError | null): ImportReport => ({
    userId,
    dryRun,
    exportedAt,
    types,
    ignored: scan.ignored,
    exitCode: error?.exitCode ?? EXIT.done,
    error,
  });
  if (dryRun) {
    const types: ImportedType[] = [];
    for (const scanned of scan.types) {
      const exists = options.tables.has(scanned.type.table);
      const counts = await importType({ ...context, runId: null }, scanned, exists);
      types.push(imported(scanned, counts, "done", null));
    }
    return report(types, null);
  }
  const record = await RunRecord.open(db, {
    userId,
    command: "import",
    startedAt: new Date(),
    version: options.version,
    configChecksum: pipeline.checksum,
    lease: options.lease,
  });
  const names = scan.types.map(({ type }) => type.name);
  await using leases = await acquireLeases(db, userId, names, options.lease);
  const outcomes: TypeOutcome[] = [];
  const types: ImportedType[] = [];
  const sum = noRows();
  let stopped: OuraSyncError | null = null;
  for (const scanned of scan.types) {
    const { type } = scanned;
    const outcome: TypeOutcome = {
      dataType: type.name,
      state: "done",
      counts: noRows(),
      windows: { done: 0, total: 0 },
    };
    let counts: ImportCounts | null = null;
    if (!leases.held.has(type.name)) outcome.state = "busy";
    else {
      try {
        counts = await importType({ ...context, runId: record.id }, scanned, true);
        if (exportedAt !== null) {
          await retryStatement(db, (each) => recordImport(each, userId, type.name, exportedAt));
        }
        const error = tooManyRejects(type, counts, pipeline);
        if (error) Object.assign(outcome, { state: "failed", error });
      } catch (error) {
        if (!(error instanceof OuraSyncError)) throw error;
        Object.assign(outcome, { state: "failed", error });
        if (signal?.aborted || error.exitCode === EXIT.database) stopped = error;
      }
    }
    const { inserted = 0, updated = 0, unchanged = 0, kept = 0, rejected = 0 } = counts ?? {};
    Object.assign(outcome.counts, { inserted, updated, unchanged: unchanged + kept, rejected });
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome.counts[name];
    outcomes.push(outcome);
    types.push(imported(scanned, counts, outcome.state, outcome.error ?? null));
    if (stopped) break;
    await record.type(outcome, { requests: 0, bytes: 0 });
  }
  const error = stopped ?? verdict(outcomes) ??
    (leases.busy.length > 0 ? busyTypes(leases.busy.map(({ dataType }) => dataType)) : null);
  await record.close(error, sum, { requests: 0, bytes: 0, traceIds: [] });
  return report(types, error);
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

function busyTypes(dataTypes: readonly string[]): BusyError {
  return new BusyError(
    "ALL_BUSY",
    `another process is syncing ${dataTypes.join(", ")}: they were left out`,
    { hint: "Run the import again when that process has ended." },
  );
}

function imported(
  { type, files }: Scan["types"][number],
  counts: ImportCounts | null,
  state: TypeOutcome["state"],
  error: OuraSyncError | null,
): ImportedType {
  const none = {
    inserted: 0,
    updated: 0,
    unchanged: 0,
    kept: 0,
    rejected: 0,
    newRejects: 0,
    empty: 0,
    idsDiffer: 0,
  };
  return {
    dataType: type.name,
    files: files.map(({ path }) => path),
    state,
    error: error && { code: error.code, message: error.message },
    ...(counts ?? none),
  };
}
