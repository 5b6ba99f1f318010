/**
 * One window of one data type: extract its pages, transform, load in batches, and write the ledger
 * in the transaction of the last batch. Killed anywhere, the window stays owed and is read again;
 * what was loaded of it is met unchanged.
 */
import type { PipelineType } from "../config/model.ts";
import type { Database, Transaction } from "../lib/db/database.ts";
import type { Leases } from "../lib/db/leases.ts";
import { recordWindow } from "../lib/db/ledger.ts";
import { addRejects, resolveRejects } from "../lib/db/rejects.ts";
import { retryTransaction } from "../lib/db/retry_transaction.ts";
import { recordStoredRows } from "../lib/db/stored_rows.ts";
import { addCounts, type RowCounts } from "../lib/db/runs.ts";
import { BusyError } from "../lib/errors.ts";
import type { OuraHttp } from "../lib/oura/http.ts";
import { pages } from "../lib/oura/pages.ts";
import type { DriftWatch } from "./drift.ts";
import { BadRowError } from "./errors.ts";
import { countedTable } from "./lost_rows.ts";
import type { Loader } from "./load.ts";
import { readAhead } from "./read_ahead.ts";
import { rejectEntry } from "./reject_entry.ts";
import { removeBuriedSamples } from "./series/buried_samples.ts";
import { SeenDocuments } from "./tombstones.ts";
import type { Reject, Row, Transform } from "./transform.ts";
import type { Window } from "./windows.ts";

/** What every window of a run shares. */
export interface SyncContext {
  readonly db: Database;
  readonly http: OuraHttp;
  readonly leases: Leases;
  readonly userId: string;
  readonly runId: number;
  /** When the run began: the time its windows count as read. */
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** A data type made ready: compiled once, used for all its windows. */
export interface TypeStages {
  readonly type: PipelineType;
  readonly transform: Transform;
  readonly load: Loader;
  /** Whether the quarantine held documents of this type when the run began. */
  readonly hasOpenRejects: boolean;
  readonly failOnBadRow: boolean;
  /** Looks out for fields the catalog does not know; null where nobody wants to know. */
  readonly drift: DriftWatch | null;
}

/** Rows and rejects after which a batch goes to the database. */
const BATCH_ROWS = 2_500;
/** Characters of raw JSON after which a batch goes, so that wide documents stay small in memory. */
const BATCH_CHARACTERS = 4_000_000;

/**
 * Reads a window completely.
 * @param counts What becomes of its documents is added here batch by batch, as it is committed: what
 * came before a failure came nevertheless.
 * @throws {OuraSyncError} When Oura or the database fails, a lease was lost, or a bad row must fail.
 */
export async function syncWindow(
  context: SyncContext,
  stages: TypeStages,
  window: Window,
  counts: RowCounts,
): Promise<void> {
  const { type, transform } = stages;
  const seen = new SeenDocuments(type, transform.table, window);
  const began = performance.now();
  let documents = 0;
  let batch = newBatch();

  const stop = new AbortController();
  const source = pages(
    context.http,
    { endpoint: type.endpoint, envelope: type.envelope, bounds: window.bounds },
    AbortSignal.any([context.signal, stop.signal]),
  );
  for await (const page of readAhead(source, stop)) {
    documents += page.length;
    for (const document of page) {
      stages.drift?.observe(document);
      const outcome = transform(document);
      if ("row" in outcome) {
        seen.add(outcome.row.key);
        batch.rows.push(outcome.row);
        batch.characters += outcome.row.rawText?.length ?? 0;
      } else {
        if (stages.failOnBadRow) throw new BadRowError(type.name, outcome.reject);
        seen.addReject(outcome.reject.key);
        batch.rejects.push(outcome.reject);
      }
    }
    if (
      batch.rows.length + batch.rejects.length >= BATCH_ROWS || batch.characters >= BATCH_CHARACTERS
    ) {
      const full = batch;
      batch = newBatch();
      addCounts(
        counts,
        await retryTransaction(context.db, (tx) => loadBatch(tx, context, stages, full), {
          signal: context.signal,
        }),
      );
    }
  }

  const last = await retryTransaction(context.db, async (tx) => {
    const readingMs = performance.now() - began;
    const loaded = await loadBatch(tx, context, stages, batch);
    loaded.deleted = await seen.bury(tx, context.userId, readingMs);
    if (loaded.deleted > 0) await removeBuriedSamples(tx, transform.table, context.userId);
    await requireLease(tx, context, type.name);
    await recordWindow(tx, {
      userId: context.userId,
      dataType: type.name,
      from: window.from,
      to: window.to,
      state: "done",
      rows: documents,
      fetchedAt: context.now,
      runId: context.runId,
      snapshot: type.window.by === "none",
    });
    await recordStoredRows(tx, countedTable(type), {
      userId: context.userId,
      from: window.from,
      to: window.to,
      inserted: counts.inserted + loaded.inserted,
    });
    return loaded;
  }, { signal: context.signal });
  addCounts(counts, last);
}

interface Batch {
  rows: Row[];
  rejects: Reject[];
  characters: number;
}

function newBatch(): Batch {
  return { rows: [], rejects: [], characters: 0 };
}

async function loadBatch(
  tx: Transaction,
  context: SyncContext,
  stages: TypeStages,
  batch: Batch,
): Promise<RowCounts> {
  const { userId, runId } = context;
  const dataType = stages.type.name;
  const loaded = await stages.load(tx, { userId, runId }, batch.rows);
  if (stages.hasOpenRejects) {
    await resolveRejects(tx, userId, dataType, batch.rows.map(({ key }) => key));
  }
  const target = { userId, dataType, runId };
  const { discarded } = await addRejects(tx, target, batch.rejects.map(rejectEntry));
  return {
    inserted: loaded.inserted,
    updated: loaded.updated,
    unchanged: loaded.unchanged,
    // Whoever discarded a document wants to hear no more of it, `max_rejects` included.
    rejected: batch.rejects.length - discarded,
    deleted: 0,
  };
}

/** A process that lost its lease must not mark anything as done: another one is at work. */
async function requireLease(tx: Transaction, context: SyncContext, dataType: string) {
  if (await context.leases.stillHeld(tx, dataType)) return;
  throw new BusyError(
    "LEASE_LOST",
    `the lease on ${dataType} expired while it was being synced, and another process took over`,
    { hint: "Nothing is lost: the other process syncs the same data." },
  );
}
