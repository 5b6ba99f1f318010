/** What an import is asked for, and what it reports. */
import type { Pipeline } from "../../config/model.ts";
import type { Database } from "../../lib/db/driver/database.ts";
import type { LeaseOptions } from "../../lib/db/store/leases.ts";
import type { OuraSyncError } from "../../lib/errors.ts";
import type { Ending, TypeOutcome } from "../sync/outcome.ts";
import type { ImportContext, ImportCounts } from "./context.ts";
import type { Archive } from "./files.ts";
import type { IgnoredFile, ScannedType } from "./scan.ts";

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

/** What the types of an archive came to. */
export interface TypesResult {
  readonly types: readonly ImportedType[];
  readonly error: OuraSyncError | null;
}

/** The report of a data type. */
export function imported(
  { type, files }: ScannedType,
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
