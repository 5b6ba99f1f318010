/**
 * Loads a batch of documents of one data type: what is new, and what the archive observed later than
 * the database did.
 */
import type { PipelineType } from "../../config/model.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import type { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { addRejects, resolveRejects } from "../../lib/db/store/rejects.ts";
import { earlierDay, laterDay, utcDay } from "../../lib/values/days.ts";
import { BadRowError } from "../errors.ts";
import { refreshHeartRateHours, ROLLED_UP } from "../rollup/heart_rate_hours.ts";
import { refreshSeriesDocuments } from "../rollup/series_documents.ts";
import { type Loader } from "../stages/load.ts";
import { rejectEntry, withinEncoding } from "../stages/reject_entry.ts";
import { valueColumns } from "../stages/table.ts";
import { type Reject, type Row, type Transform } from "../stages/transform.ts";
import { isEmptySample } from "./documents.ts";
import { mergeWithStored } from "./merge.ts";
import type { NaturalKeys } from "./natural_keys.ts";
import { type Observations, readStored, type StoredRow } from "./stored.ts";

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

/** A document of a file that has not been read yet. */
export interface Candidate {
  /** File and line, for rejects. */
  readonly place: string;
  readonly document: Readonly<Record<string, unknown>> | null;
}

/** A data type made ready. */
export interface Stages {
  readonly type: PipelineType;
  readonly transform: Transform;
  readonly load: Loader;
  readonly observations: Observations;
  readonly naturalKeys: NaturalKeys | null;
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

/**
 * Loads a batch within a transaction.
 * @param fields Named in the header of the file.
 * @throws {BadRowError} Where `contract.bad_rows` says `fail`.
 */
export async function importBatch(
  tx: Transaction,
  context: ImportContext,
  stages: Stages,
  batch: readonly Candidate[],
  fields: ReadonlySet<string>,
): Promise<ImportCounts> {
  const { type, transform } = stages;
  const counts = noCounts();
  const rejects: Reject[] = [];
  const reject: RejectAt = (found, place) => {
    const placed = { ...found, reason: `${found.reason} (${place})` };
    if (context.failOnBadRow) throw new BadRowError(type.name, placed);
    rejects.push(placed);
  };
  await context.repertoire?.learn(tx, JSON.stringify(batch));
  const read = readBatch(context, stages, batch, counts, reject);
  const known = stages.exists
    ? await readStored(tx, transform.table, context.userId, read.map(({ row }) => row.key))
    : new Map<string, StoredRow>();
  counts.idsDiffer = await takeStoredIds(tx, context, stages, read, known);
  const changed = changedItems(context, stages, read, known, fields, counts, reject);
  // A document may be refused only with what is stored of it.
  counts.rejected = rejects.length;
  if (context.runId === null) countUnwritten(changed, known, counts);
  else await store(tx, { ...context, runId: context.runId }, stages, changed, rejects, counts);
  return counts;
}

/** Transforms the documents of a batch, and counts samples without a value. */
function readBatch(
  { repertoire }: ImportContext,
  { type, transform }: Stages,
  batch: readonly Candidate[],
  counts: ImportCounts,
  reject: RejectAt,
): Read[] {
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
  return read;
}

/** What is to be written: new documents, and those that the archive observed later than we did. */
function changedItems(
  context: ImportContext,
  stages: Stages,
  read: readonly Read[],
  known: ReadonlyMap<string, StoredRow>,
  fields: ReadonlySet<string>,
  counts: ImportCounts,
  reject: RejectAt,
): Read[] {
  const changed: Read[] = [];
  for (const item of read) {
    const stored = known.get(item.row.key);
    if (stored === undefined) {
      changed.push(item);
      continue;
    }
    const merged = mergeWithStored(stored.document, item.document, stages.type, fields);
    if (merged === "unchanged" && !stored.deleted) counts.unchanged++;
    else if (merged === null || !isLater(context, stages, item.document, stored)) {
      if (merged === "unchanged") counts.unchanged++;
      else counts.kept++;
    } else {
      const document = merged === "unchanged" ? stored.document! : merged;
      const outcome = withinEncoding(stages.transform(document), document, context.repertoire);
      if ("reject" in outcome) reject(outcome.reject, item.place);
      else changed.push({ ...item, row: outcome.row, unread: outcome.unread });
    }
  }
  return changed;
}

/** Counts for a dry run what would be written. */
function countUnwritten(
  changed: readonly Read[],
  known: ReadonlyMap<string, StoredRow>,
  counts: ImportCounts,
): void {
  const keys = new Set(changed.map(({ row }) => row.key));
  for (const key of keys) counts[known.has(key) ? "updated" : "inserted"]++;
  counts.unchanged += changed.length - keys.size;
}

/** Writes rows, rejects and the roll-ups of the rows' days. */
async function store(
  tx: Transaction,
  { userId, runId, repertoire }: ImportContext & { runId: number },
  stages: Stages,
  changed: readonly Read[],
  rejects: readonly Reject[],
  counts: ImportCounts,
): Promise<void> {
  const dataType = stages.type.name;
  const rows = changed.map(({ row }) => row);
  const loaded = await stages.load(tx, { userId, runId }, rows);
  counts.inserted += loaded.inserted;
  counts.updated += loaded.updated;
  counts.unchanged += rows.length - loaded.inserted - loaded.updated;
  const unread = changed.flatMap(({ unread, place }) =>
    unread ? [rejectEntry({ ...unread, reason: `${unread.reason} (${place})` }, repertoire)] : []
  );
  await resolveRejects(
    tx,
    userId,
    dataType,
    rows.map(({ key }) => key),
    unread.map(({ document }) => document),
  );
  const target = { userId, dataType, runId };
  const documents = rejects.map((each) => rejectEntry(each, repertoire));
  const quarantined = await addRejects(tx, target, documents);
  const series = await addRejects(tx, target, unread);
  counts.newRejects = quarantined.added + series.added;
  if (loaded.inserted + loaded.updated > 0) await refreshRollUps(tx, userId, stages, rows);
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

/** Sets a document aside that came from `place`. */
type RejectAt = (found: Reject, place: string) => void;

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
