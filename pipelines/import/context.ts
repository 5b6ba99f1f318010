/** What the import of every data type works with, and what it counts. */
import type { PipelineType } from "../../config/model.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import type { Repertoire } from "../../lib/db/driver/repertoire.ts";
import type { Loader } from "../stages/load.ts";
import type { Transform } from "../stages/transform.ts";
import type { BulkLoader } from "../stages/samples/load_samples.ts";
import type { NaturalKeys } from "./natural_keys.ts";
import type { RowBatch } from "./batch/read_rows.ts";
import type { RollUps } from "./roll_ups.ts";
import type { Observations } from "./stored.ts";

/** What became of the rows of a data type. */
export interface ImportCounts {
  inserted: number;
  updated: number;
  unchanged: number;
  /** Rows that differ from the archive and stay, because they were observed later. */
  kept: number;
  rejected: number;
  /** Rejects that were not in quarantine before. */
  newRejects: number;
  /** Samples without any value. */
  empty: number;
  /** Documents that were found under another id. */
  idsDiffer: number;
}

/** What the import of every type shares. */
export interface ImportContext {
  readonly db: Database;
  readonly userId: string;
  /** Null for a dry run, which writes nothing. */
  readonly runId: number | null;
  /** When the archive was exported; null where nothing tells. */
  readonly exportedAt: Date | null;
  readonly failOnBadRow: boolean;
  /** The characters the database can store; null where it stores all. */
  readonly repertoire: Repertoire | null;
  /** Whether this process still may write a data type. @default It always may */
  readonly mayWrite?: (tx: Transaction, dataType: string) => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with the number of rows that it handled. */
  readonly onRows?: (dataType: string, rows: number) => void;
}

/** Rows of one file. */
export interface Batch {
  /** The path of the file, for rejects. */
  readonly path: string;
  /** Named in the header of the file. */
  readonly fields: ReadonlySet<string>;
  readonly rows: RowBatch;
}

/** A data type made ready. */
export interface Stages {
  readonly type: PipelineType;
  readonly transform: Transform;
  readonly load: Loader;
  /** Loads samples where nothing is stored; null for a table without packed samples. */
  readonly bulk: BulkLoader | null;
  readonly observations: Observations;
  readonly naturalKeys: NaturalKeys | null;
  readonly rollUps: RollUps;
  /** Whether quarantine may hold documents of this type, which a batch could close. */
  hasRejects: boolean;
  /** Whether the table exists; before the first `apply` a dry run meets none. */
  readonly exists: boolean;
}

/** Of a data type before its first row. */
export function noCounts(): ImportCounts {
  return {
    inserted: 0,
    updated: 0,
    unchanged: 0,
    kept: 0,
    rejected: 0,
    newRejects: 0,
    empty: 0,
    idsDiffer: 0,
  };
}
