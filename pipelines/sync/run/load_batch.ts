/** Loads one batch of documents: rows into their table, rejects into quarantine. */
import type { Database, Transaction } from "../../../lib/db/driver/database.ts";
import type { Repertoire } from "../../../lib/db/driver/repertoire.ts";
import type { Leases } from "../../../lib/db/store/leases.ts";
import { addRejects, resolveRejects } from "../../../lib/db/store/rejects.ts";
import { noRows, type RowCounts } from "../../../lib/db/store/runs.ts";
import { BusyError } from "../../../lib/errors.ts";
import type { CompiledType } from "../../stages/compiled.ts";
import { rejectEntry } from "../../stages/reject_entry.ts";
import type { FreeStretch } from "../../stages/samples/free_stretch.ts";
import { isPackable, PackedSamples } from "../../stages/samples/packed_samples.ts";
import type { Table } from "../../stages/table.ts";
import type { Reject, Row } from "../../stages/transform.ts";

/** For which run a batch is loaded. */
export interface LoadContext {
  readonly userId: string;
  readonly runId: number;
  readonly leases: Leases;
  /** Has learned the characters of the batch; null where the database stores every character. */
  readonly repertoire: Repertoire | null;
}

/** How the rows of a batch are loaded. */
export interface BatchStages extends Pick<CompiledType, "type" | "load"> {
  /** Whether the quarantine may hold documents of this type, which a good row resolves. */
  readonly hasOpenRejects: boolean;
}

/** Documents after their transform. */
export interface Batch {
  readonly rows: Row[] | PackedSamples;
  readonly rejects: Reject[];
  /** Of rows that are loaded without all of their series. */
  readonly unread: Reject[];
  characters: number;
}

/** An empty batch of a table. */
export function newBatch(table: Table): Batch {
  const rows = isPackable(table) ? new PackedSamples(table) : [];
  return { rows, rejects: [], unread: [], characters: 0 };
}

/**
 * The batches of a data type in one run. Packs of samples are used again: each has room for thousands,
 * and would be garbage outside of the heap, which is collected late.
 */
export class Batches {
  readonly #spare: PackedSamples[] = [];

  constructor(private readonly table: Table) {}

  /** An empty batch. */
  next(): Batch {
    const rows = this.#spare.pop();
    return rows ? { rows, rejects: [], unread: [], characters: 0 } : newBatch(this.table);
  }

  /** Takes a batch back that was loaded. */
  release({ rows }: Batch): void {
    if (!(rows instanceof PackedSamples)) return;
    rows.clear();
    this.#spare.push(rows);
  }
}

/** Characters of raw JSON and samples after which a batch is loaded: wide documents take much memory. */
const MOST_CHARACTERS = 1_000_000;

/** Whether a batch of at most so many rows and rejects goes to the database. */
export function isFull({ rows, rejects, characters }: Batch, most: number): boolean {
  const size = rows instanceof PackedSamples ? rows.writer.length : characters;
  return rows.length + rejects.length >= most || size >= MOST_CHARACTERS;
}

/**
 * Moves the samples of the last instant on: two documents of one key, which Oura sends one after the
 * other, must meet in one batch, or each would replace the other.
 */
export function keepLastInstant({ rows }: Batch, next: Batch): void {
  const moved: Row[] = [];
  while (rows.length > 1) {
    const last = rows.pop()!;
    if (last.key !== (moved[0] ?? last).key) {
      rows.push(last);
      break;
    }
    moved.unshift(last);
  }
  for (const row of moved) next.rows.push(row);
}

/** What became of a batch: the counts are those of its documents. */
export interface LoadedBatch {
  readonly counts: RowCounts;
  readonly newRejects: number;
}

/**
 * Loads a batch without a transaction of its own if it holds nothing but samples, of which all are
 * stored as they are, or none.
 * @returns Null where it takes {@linkcode loadBatch}; then nothing was loaded.
 */
export async function loadAlikeBatch(
  db: Database,
  { userId }: LoadContext,
  { bulk, hasOpenRejects }: Pick<CompiledType, "bulk"> & Pick<BatchStages, "hasOpenRejects">,
  { rows, rejects, unread }: Batch,
  free: FreeStretch,
): Promise<LoadedBatch | null> {
  const isPlain = rows instanceof PackedSamples && rows.isInKeyOrder() && !hasOpenRejects &&
    rejects.length + unread.length === 0;
  if (bulk === null || !isPlain) return null;
  const outcome = await bulk.loadAlike(db, userId, rows, free);
  if (outcome === null) return null;
  const { copied: inserted, unchanged } = outcome;
  return { counts: { ...noRows(), inserted, unchanged }, newRejects: 0 };
}

/** Loads a batch in a transaction. */
export async function loadBatch(
  tx: Transaction,
  context: LoadContext,
  stages: BatchStages,
  batch: Batch,
): Promise<LoadedBatch> {
  const { userId, runId, repertoire } = context;
  const dataType = stages.type.name;
  const loaded = await stages.load(tx, { userId, runId }, batch.rows);
  const target = { userId, dataType, runId };
  const entry = (reject: Reject) => rejectEntry(reject, repertoire);
  const unread = batch.unread.map(entry);
  if (stages.hasOpenRejects) {
    const keys = Array.from(batch.rows, ({ key }) => key);
    await resolveRejects(tx, userId, dataType, keys, unread.map(({ document }) => document));
  }
  const rejects = await addRejects(tx, target, batch.rejects.map(entry));
  const series = await addRejects(tx, target, unread);
  const counts = {
    inserted: loaded.inserted,
    updated: loaded.updated,
    unchanged: loaded.unchanged,
    // A document that a person discarded is not reported again.
    rejected: batch.rejects.length - rejects.discarded,
    deleted: 0,
  };
  return { counts, newRejects: rejects.added + series.added };
}

/**
 * A process that lost its lease must not mark anything as done: another one is at work.
 * @throws {BusyError} When the lease is no longer ours.
 */
export async function requireLease(
  tx: Transaction,
  context: LoadContext,
  dataType: string,
): Promise<void> {
  if (await context.leases.stillHeld(tx, dataType)) return;
  throw new BusyError(
    "LEASE_LOST",
    `the lease on ${dataType} expired while it was being synced, and another process took over`,
    { hint: "Nothing is lost: the other process syncs the same data." },
  );
}
