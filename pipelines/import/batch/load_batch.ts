/**
 * Loads a batch of documents of one data type: what is new, and what the archive observed later than
 * the database did.
 */
import type { Transaction } from "../../../lib/db/driver/database.ts";
import { BusyError } from "../../../lib/errors.ts";
import { utcDay } from "../../../lib/values/days.ts";
import { BadRowError } from "../../errors.ts";
import { instantOfKey } from "../../stages/key.ts";
import { withinEncoding } from "../../stages/reject_entry.ts";
import type { Reject } from "../../stages/transform.ts";
import {
  type Batch,
  type ImportContext,
  type ImportCounts,
  noCounts,
  type Stages,
} from "../context.ts";
import { mergeWithStored } from "../merge.ts";
import { bulkLoad } from "./bulk_load.ts";
import type { Misfit, ReadRow, RowBatch } from "./read_rows.ts";
import { storeBatch } from "./store_batch.ts";
import { readStored, type StoredRow } from "../stored.ts";

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
  counts.empty = batch.rows.empty;
  counts.unchanged = batch.rows.repeated;
  const rejects: Reject[] = [];
  const placeOf = (line: number) => `${batch.path} line ${line}`;
  const reject: RejectAt = (found, line) => {
    const placed = { ...found, reason: `${found.reason} (${placeOf(line)})` };
    if (context.failOnBadRow) throw new BadRowError(type.name, placed);
    rejects.push(placed);
  };
  if (await context.mayWrite?.(tx, type.name) === false) throw leaseLost(type.name);
  const encoded = await withinRepertoire(tx, context, batch.rows);
  for (const { reject: found, line } of encoded.misfits) reject(found, line);
  const bulk = await bulkLoad(tx, context, stages, batch.rows);
  counts.inserted += bulk.copied;
  counts.unchanged += bulk.unchanged;
  const asRead = [...encoded.read, ...bulk.left];
  const known = stages.exists
    ? await readStored(tx, transform.table, context.userId, asRead.map(soughtOf))
    : new Map<string, StoredRow>();
  const read = await takeStoredIds(tx, context, stages, asRead, known);
  counts.idsDiffer = read.filter((item, i) => item !== asRead[i]).length;
  const changed = changedItems(context, stages, read, known, batch.fields, counts, reject);
  // A document may be refused only with what is stored of it.
  counts.rejected = rejects.length;
  if (context.runId === null) countUnwritten(changed, known, counts);
  else {
    const unread = changed.flatMap(({ unread, line }) =>
      unread ? [{ ...unread, reason: `${unread.reason} (${placeOf(line)})` }] : []
    );
    const rows = changed.map(({ row }) => row);
    const found = { rows, met: batch.rows, copied: bulk.copied, keys: bulk.keys, rejects, unread };
    await storeBatch(tx, { ...context, runId: context.runId }, stages, found, counts);
  }
  return counts;
}

const soughtOf = ({ row: { key }, document }: ReadRow) => ({ key, document });

function leaseLost(dataType: string): BusyError {
  return new BusyError(
    "LEASE_LOST",
    `the lease on ${dataType} expired during the import, and another process took over`,
    { hint: "Run the import again when that process has ended." },
  );
}

/** The documents of a batch, of which some may hold characters that the database cannot store. */
async function withinRepertoire(
  tx: Transaction,
  { repertoire }: ImportContext,
  batch: RowBatch,
): Promise<Pick<RowBatch, "read" | "misfits">> {
  if (repertoire === null) return batch;
  const all = [...batch.read, ...batch.misfits.map(({ reject }) => reject)];
  await repertoire.learn(tx, JSON.stringify(all.map(({ document }) => document)));
  const read: ReadRow[] = [];
  const misfits: Misfit[] = [];
  for (const item of batch.read) {
    const outcome = withinEncoding({ row: item.row }, item.document, repertoire);
    if ("row" in outcome) read.push(item);
    else misfits.push({ line: item.line, reject: outcome.reject });
  }
  for (const { line, reject } of batch.misfits) {
    const outcome = withinEncoding({ reject }, reject.document, repertoire);
    misfits.push({ line, reject: "reject" in outcome ? outcome.reject : reject });
  }
  return { read, misfits };
}

/** What is to be written: new documents, and those that the archive observed later than we did. */
function changedItems(
  context: ImportContext,
  stages: Stages,
  read: readonly ReadRow[],
  known: ReadonlyMap<string, StoredRow>,
  fields: ReadonlySet<string>,
  counts: ImportCounts,
  reject: RejectAt,
): ReadRow[] {
  if (known.size === 0) return [...read];
  const changed: ReadRow[] = [];
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
    else if (merged === null || !isLater(context, stages, item, stored)) {
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
  changed: readonly ReadRow[],
  known: ReadonlyMap<string, StoredRow>,
  counts: ImportCounts,
): void {
  const keys = new Set(changed.map(({ row }) => row.key));
  for (const key of keys) counts[known.has(key) ? "updated" : "inserted"]++;
  counts.unchanged += changed.length - keys.size;
}

/** Sets a document aside that came from a line of the file. */
type RejectAt = (found: Reject, line: number) => void;

/**
 * Documents that are stored under another id keep the stored one. The given ones stay as they are,
 * because a transaction may be run twice.
 * @param known Gets what is stored under these ids.
 */
async function takeStoredIds(
  tx: Transaction,
  { userId }: ImportContext,
  { naturalKeys, transform }: Stages,
  read: readonly ReadRow[],
  known: Map<string, StoredRow>,
): Promise<readonly ReadRow[]> {
  if (naturalKeys === null || naturalKeys.isEmpty) return read;
  const taken: ReadRow[] = [];
  const renamed = read.map((item) => {
    const id = known.has(item.row.key) ? null : naturalKeys.take(item.row.key, item.document);
    if (id === null) return item;
    const document = { ...item.document, id };
    const outcome = transform(document);
    if ("reject" in outcome) return item;
    const other = { line: item.line, document, row: outcome.row, unread: outcome.unread };
    taken.push(other);
    return other;
  });
  const stored = await readStored(tx, transform.table, userId, taken.map(soughtOf));
  for (const [key, row] of stored) known.set(key, row);
  return renamed;
}

function isLater(
  { exportedAt }: ImportContext,
  { type, observations, transform }: Stages,
  { row, document }: ReadRow,
  stored: StoredRow,
): boolean {
  if (exportedAt === null) return false;
  const day = transform.table.timeKeyed
    ? utcDay(new Date(instantOfKey(transform.table.key, row.key)))
    : type.day === null
    ? null
    : String(document[type.day]);
  return exportedAt > observations.at(day, stored);
}
