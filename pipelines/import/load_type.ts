/**
 * Loads what an archive has of one data type, batch by batch. Each batch is a transaction, and a
 * document that is stored already is met unchanged: an import that was killed is simply run again.
 */
import type { PipelineType } from "../../config/model.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import type { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { addRejects, resolveRejects } from "../../lib/db/store/rejects.ts";
import { earlierDay, laterDay, utcDay } from "../../lib/values/days.ts";
import { BadRowError } from "../errors.ts";
import { refreshHeartRateHours, ROLLED_UP } from "../rollup/heart_rate_hours.ts";
import { refreshSeriesDocuments } from "../rollup/series_documents.ts";
import { createLoader, type Loader } from "../stages/load.ts";
import { rejectEntry, withinEncoding } from "../stages/reject_entry.ts";
import { valueColumns } from "../stages/table.ts";
import { createTransform, type Reject, type Row, type Transform } from "../stages/transform.ts";
import { isEmptySample, openDocuments } from "./documents.ts";
import { mergeDocuments } from "./merge.ts";
import type { NaturalKeys } from "./natural_keys.ts";
import type { ScannedType } from "./scan.ts";
import {
  type Observations,
  readNaturalKeys,
  readObservations,
  readStored,
  type StoredRow,
} from "./stored.ts";

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
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch how many rows of the archive have been handled since the last time. */
  readonly onRows?: (dataType: string, rows: number) => void;
}

/** Rows in one transaction. */
const BATCH_ROWS = 2_500;
/** Fields of wide documents, such as nights, in one transaction at most. */
const BATCH_DOCUMENTS = 250;

interface Candidate {
  /** File and line, for rejects. */
  readonly place: string;
  readonly document: Readonly<Record<string, unknown>> | null;
}

/** A data type made ready. */
interface Stages {
  readonly type: PipelineType;
  readonly transform: Transform;
  readonly load: Loader;
  readonly observations: Observations;
  readonly naturalKeys: NaturalKeys | null;
  /** Whether the table exists; before the first `apply` a dry run meets none. */
  readonly exists: boolean;
}

/**
 * Loads a data type.
 * @param exists Whether its table exists.
 * @param counts What becomes of its rows is added here batch by batch, as it is committed.
 * @throws {BadRowError} Where `contract.bad_rows` says `fail`.
 */
export async function importType(
  context: ImportContext,
  { type, files, ids }: ScannedType,
  exists: boolean,
  counts: ImportCounts,
): Promise<void> {
  const { db, userId, signal } = context;
  const transform = createTransform(type);
  const stages: Stages = {
    type,
    transform,
    load: createLoader(transform.table),
    observations: await readObservations(db, userId, type.name),
    naturalKeys: exists ? await readNaturalKeys(db, transform.table, userId, ids) : null,
    exists,
  };
  const size = transform.table.timeKeyed ? BATCH_ROWS : BATCH_DOCUMENTS;
  for (const member of files) {
    const { fields, documents } = await openDocuments(member, type);
    let batch: Candidate[] = [];
    const flush = async () => {
      const full = batch;
      batch = [];
      signal?.throwIfAborted();
      const done = await retryTransaction(
        db,
        (tx) => importBatch(tx, context, stages, full, fields),
        signal ? { signal } : {},
      );
      for (const name of Object.keys(counts) as (keyof ImportCounts)[]) counts[name] += done[name];
      context.onRows?.(type.name, full.length);
    };
    for await (const { line, document } of documents) {
      batch.push({ place: `${member.path} line ${line}`, document });
      if (batch.length >= size) await flush();
    }
    if (batch.length > 0) await flush();
  }
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

async function importBatch(
  tx: Transaction,
  context: ImportContext,
  stages: Stages,
  batch: readonly Candidate[],
  fields: ReadonlySet<string>,
): Promise<ImportCounts> {
  const { type, transform, load } = stages;
  const { userId, runId } = context;
  const counts = noCounts();
  const rejects: Reject[] = [];
  const reject = (found: Reject, place: string) => {
    const placed = { ...found, reason: `${found.reason} (${place})` };
    if (context.failOnBadRow) throw new BadRowError(type.name, placed);
    rejects.push(placed);
  };
  const { repertoire } = context;
  await repertoire?.learn(tx, JSON.stringify(batch));
  const read: Read[] = [];
  for (const { place, document } of batch) {
    if (document === null) {
      reject({ ...MISALIGNED, document: { file_row: place } }, place);
    } else if (transform.table.timeKeyed && isEmptySample(type, document)) counts.empty++;
    else {
      const outcome = withinEncoding(transform(document), document, repertoire);
      if ("reject" in outcome) reject(outcome.reject, place);
      else read.push({ place, document, row: outcome.row, unread: outcome.unread });
    }
  }
  const known = stages.exists
    ? await readStored(tx, transform.table, userId, read.map(({ row }) => row.key))
    : new Map<string, StoredRow>();
  counts.idsDiffer = await takeStoredIds(tx, context, stages, read, known);

  const rows: Row[] = [];
  const unread: Reject[] = [];
  const write = (item: Read) => {
    rows.push(item.row);
    if (item.unread) {
      unread.push({ ...item.unread, reason: `${item.unread.reason} (${item.place})` });
    }
  };
  for (const item of read) {
    const stored = known.get(item.row.key);
    if (stored === undefined) {
      write(item);
      continue;
    }
    const merged = mergedWith(stored, item.document, stages, fields);
    if (merged === "unchanged" && !stored.deleted) counts.unchanged++;
    else if (merged === null || !isLater(context, stages, item.document, stored)) {
      if (merged === "unchanged") counts.unchanged++;
      else counts.kept++;
    } else {
      const document = merged === "unchanged" ? stored.document! : merged;
      const outcome = withinEncoding(transform(document), document, repertoire);
      if ("reject" in outcome) reject(outcome.reject, item.place);
      else write({ ...item, row: outcome.row, unread: outcome.unread });
    }
  }
  // A document may be refused only with what is stored of it.
  counts.rejected = rejects.length;
  if (runId === null) {
    const keys = new Set(rows.map(({ key }) => key));
    for (const key of keys) counts[known.has(key) ? "updated" : "inserted"]++;
    counts.unchanged += rows.length - keys.size;
    return counts;
  }
  const loaded = await load(tx, { userId, runId }, rows);
  counts.inserted += loaded.inserted;
  counts.updated += loaded.updated;
  counts.unchanged += rows.length - loaded.inserted - loaded.updated;
  const target = { userId, dataType: type.name, runId };
  const entries = unread.map((each) => rejectEntry(each, repertoire));
  await resolveRejects(
    tx,
    userId,
    type.name,
    rows.map(({ key }) => key),
    entries.map(({ document }) => document),
  );
  const quarantined = await addRejects(
    tx,
    target,
    rejects.map((each) => rejectEntry(each, repertoire)),
  );
  const series = await addRejects(tx, target, entries);
  counts.newRejects = quarantined.added + series.added;
  if (loaded.inserted + loaded.updated > 0) await refreshRollUps(tx, userId, stages, rows);
  return counts;
}

/** Makes the roll-ups of the days of some rows match what was loaded. */
async function refreshRollUps(
  tx: Transaction,
  userId: string,
  { type, transform: { table } }: Stages,
  rows: readonly Row[],
): Promise<void> {
  const place = valueColumns(table).findIndex(({ name }) => name === "day");
  if (place < 0 && type.name !== ROLLED_UP) return;
  const days = rows.map(({ key, values }) => place < 0 ? key.slice(0, 10) : String(values[place]));
  const span = { from: days.reduce(earlierDay), to: days.reduce(laterDay) };
  if (type.name === ROLLED_UP) await refreshHeartRateHours(tx, type, userId, span);
  else await refreshSeriesDocuments(tx, type, userId, span);
}

interface Read {
  readonly place: string;
  document: Readonly<Record<string, unknown>>;
  row: Row;
  unread: Reject | undefined;
}

const MISALIGNED = {
  key: null,
  path: "",
  column: null,
  expected: null,
  reason: "the row does not have the cells of the header",
};

/** Documents that are stored under another id keep the stored one. */
async function takeStoredIds(
  tx: Transaction,
  { userId }: ImportContext,
  { naturalKeys, transform }: Stages,
  read: Read[],
  known: Map<string, StoredRow>,
): Promise<number> {
  if (naturalKeys === null || naturalKeys.isEmpty) return 0;
  const ids: string[] = [];
  for (const item of read) {
    if (known.has(item.row.key)) continue;
    const id = naturalKeys.take(item.document);
    if (id === null) continue;
    const document = { ...item.document, id };
    const outcome = transform(document);
    if ("reject" in outcome) continue;
    Object.assign(item, { document, row: outcome.row, unread: outcome.unread });
    ids.push(id);
  }
  for (const [key, row] of await readStored(tx, transform.table, userId, ids)) known.set(key, row);
  return ids.length;
}

/**
 * The stored document with what the file says otherwise. Null where it cannot be told, because no
 * document is stored and the file lacks fields that columns are made of.
 */
function mergedWith(
  { document: stored }: StoredRow,
  file: Readonly<Record<string, unknown>>,
  { type }: Stages,
  fields: ReadonlySet<string>,
): Readonly<Record<string, unknown>> | "unchanged" | null {
  if (stored !== null) return mergeDocuments(stored, file, type.offset) ?? "unchanged";
  return type.columns.every(({ path }) => fields.has(path[0]!)) ? file : null;
}

function isLater(
  { exportedAt }: ImportContext,
  { type, observations, transform }: Stages,
  document: Readonly<Record<string, unknown>>,
  stored: StoredRow,
): boolean {
  if (exportedAt === null) return false;
  const instant = transform.table.timeKeyed ? new Date(String(document.timestamp)) : null;
  const day = instant ? utcDay(instant) : type.day === null ? null : String(document[type.day]);
  return exportedAt > observations.at(day, stored);
}
