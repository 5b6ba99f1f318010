/** What an import reports. */
import type { OuraSyncError } from "../../lib/errors.ts";
import type { Ending, TypeOutcome } from "../sync/outcome.ts";
import type { ImportCounts } from "./context.ts";
import type { IgnoredFile, ScannedType } from "./scan.ts";

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
