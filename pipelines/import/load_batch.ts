/**
 * Loads a batch of documents of one data type: what is new, and what the archive observed later than
 * the database did.
 */
import type { Transaction } from "../../lib/db/driver/database.ts";
import { BusyError } from "../../lib/errors.ts";
import { utcDay } from "../../lib/values/days.ts";
import { BadRowError } from "../errors.ts";
import { withinEncoding } from "../stages/reject_entry.ts";
import type { Reject, Row } from "../stages/transform.ts";
import {
  type Batch,
  type ImportContext,
  type ImportCounts,
  noCounts,
  type Stages,
} from "./context.ts";
import { isEmptySample } from "./file/documents.ts";
import { mergeWithStored } from "./merge.ts";
import { storeBatch } from "./store_batch.ts";
import { readStored, type StoredRow } from "./stored.ts";

/**
 * Loads a batch within a transaction.
 * @throws {BadRowError} Where `contract.bad_rows` says `fail`.
 * @throws {BusyError} When another process has taken over.
 */
export async function importBatch(
  tx: Transaction,
  context: ImportContext,
  stages: Stages,
  batch: Batch,
): Promise<ImportCounts> {
  const { type, transform } = stages;
  const counts = noCounts();
  const rejects: Reject[] = [];
  const placeOf = (line: number) => `${batch.path} line ${line}`;
  const reject: RejectAt = (found, line) => {
    const placed = { ...found, reason: `${found.reason} (${placeOf(line)})` };
    if (context.failOnBadRow) throw new BadRowError(type.name, placed);
    rejects.push(placed);
  };
  if (await context.mayWrite?.(tx, type.name) === false) throw leaseLost(type.name);
  await context.repertoire?.learn(tx, JSON.stringify(batch.documents));
  const read = readBatch(context, stages, batch, counts, reject);
  const known = stages.exists
    ? await readStored(tx, transform.table, context.userId, read.map(soughtOf))
    : new Map<string, StoredRow>();
  counts.idsDiffer = await takeStoredIds(tx, context, stages, read, known);
  const changed = changedItems(context, stages, read, known, batch.fields, counts, reject);
  // A document may be refused only with what is stored of it.
  counts.rejected = rejects.length;
  if (context.runId === null) countUnwritten(changed, known, counts);
  else {
    const unread = changed.flatMap(({ unread, line }) =>
      unread ? [{ ...unread, reason: `${unread.reason} (${placeOf(line)})` }] : []
    );
    const [rows, met] = [changed, read].map((each) => each.map(({ row }) => row));
    const found = { rows: rows!, met: met!, rejects, unread };
    await storeBatch(tx, { ...context, runId: context.runId }, stages, found, counts);
  }
  return counts;
}

const soughtOf = ({ row: { key }, document }: Read) => ({ key, document });

function leaseLost(dataType: string): BusyError {
  return new BusyError(
    "LEASE_LOST",
    `the lease on ${dataType} expired during the import, and another process took over`,
    { hint: "Run the import again when that process has ended." },
  );
}

/** Transforms the documents of a batch, and counts samples without a value. */
function readBatch(
  { repertoire }: ImportContext,
  { type, transform }: Stages,
  { path, documents }: Batch,
  counts: ImportCounts,
  reject: RejectAt,
): Read[] {
  const read: Read[] = [];
  for (const { line, document } of documents) {
    if (document === null) {
      reject({ ...MISALIGNED, document: { file_row: `${path} line ${line}` } }, line);
    } else if (transform.table.timeKeyed && isEmptySample(type, document)) counts.empty++;
    else {
      const outcome = withinEncoding(transform(document), document, repertoire);
      if ("reject" in outcome) reject(outcome.reject, line);
      else read.push({ line, document, row: outcome.row, unread: outcome.unread });
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
  if (known.size === 0) return [...read];
  const changed: Read[] = [];
  for (const item of read) {
    const stored = known.get(item.row.key);
    if (stored === undefined) {
      changed.push(item);
      continue;
    }
    const merged = stored.document === "same"
      ? "unchanged"
      : mergeWithStored(stored.document, item.document, stages.type, fields);
    if (merged === "unchanged" && !stored.deleted) counts.unchanged++;
    else if (merged === null || !isLater(context, stages, item.document, stored)) {
      if (merged === "unchanged") counts.unchanged++;
      else counts.kept++;
    } else {
      const document = merged === "unchanged" ? stored.document : merged;
      const outcome = withinEncoding(stages.transform(document), document, context.repertoire);
      if ("reject" in outcome) reject(outcome.reject, item.line);
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

interface Read {
  readonly line: number;
  document: Readonly<Record<string, unknown>>;
  row: Row;
  unread: Reject | undefined;
}

/** Sets a document aside that came from a line of the file. */
type RejectAt = (found: Reject, line: number) => void;

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
  const taken: Read[] = [];
  for (const item of read) {
    if (known.has(item.row.key)) continue;
    const id = naturalKeys.take(item.row.key, item.document);
    if (id === null) continue;
    const document = { ...item.document, id };
    const outcome = transform(document);
    if ("reject" in outcome) continue;
    Object.assign(item, { document, row: outcome.row, unread: outcome.unread });
    taken.push(item);
  }
  const stored = await readStored(tx, transform.table, userId, taken.map(soughtOf));
  for (const [key, row] of stored) known.set(key, row);
  return taken.length;
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
