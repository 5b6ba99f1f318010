/**
 * One window of one data type: extract its pages, transform, load in batches, and write the ledger
 * in the transaction of the last batch. Killed anywhere, the window stays pending and is read again;
 * what was loaded of it is met unchanged.
 */
import { laterDay, utcDay } from "../../../lib/values/days.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import type { Repertoire } from "../../../lib/db/driver/repertoire.ts";
import type { Leases } from "../../../lib/db/store/leases.ts";
import { recordWindow } from "../../../lib/db/store/ledger.ts";
import { retryStatement, retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { recordStoredRows } from "../../../lib/db/store/stored_rows.ts";
import { addCounts, type RowCounts } from "../../../lib/db/store/runs.ts";
import type { OuraHttp } from "../../../lib/oura/http/http.ts";
import { pages } from "../../../lib/oura/pages.ts";
import { type Delivered, NewestDay } from "../plan/delivered.ts";
import type { MissingDocuments } from "./missing_documents.ts";
import { countedTable } from "../plan/lost_rows.ts";
import { LoadAhead, type LoadPlaces } from "./load_ahead.ts";
import { type Notes, takeDocument } from "./take_document.ts";
import type { TypeStages } from "./type_stages.ts";
import {
  type Batch,
  isFull,
  keepLastInstant,
  loadAlikeBatch,
  loadBatch,
  requireLease,
} from "./load_batch.ts";
import { refreshHeartRateHours, ROLLED_UP } from "../../rollup/heart_rate_hours.ts";
import { refreshSeriesDocuments } from "../../rollup/series_documents.ts";
import { removeBuriedSamples } from "../../stages/series/deleted_samples.ts";
import { requireColumnTypes } from "../../stages/samples/column_types.ts";
import { FreeStretch } from "../../stages/samples/free_stretch.ts";
import { SeenDocuments } from "../../stages/tombstones.ts";
import type { Window } from "../plan/windows.ts";

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
  /** How far the wearer's data reaches. */
  readonly delivered: Delivered;
  /** Null where the database stores every character. */
  readonly repertoire: Repertoire | null;
  /** Where the loads of all windows wait for the database. */
  readonly places: LoadPlaces;
  /** Asks Oura for single documents that a list lacks. */
  readonly missing: MissingDocuments;
}

/** Rows and rejects after which a batch goes to the database. */
const BATCH_ROWS = 3_400;
/** The same for the first samples of a window, so that the database does not wait for the second page. */
const FIRST_SAMPLES = 500;
/** The same within a page: while a batch waits for its turn, the rest of its page waits too. */
const BATCH_ROWS_WITHIN_PAGE = 4_000;
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
  const { type, transform, batches } = stages;
  const seen = new SeenDocuments(type, transform.table, window);
  const newest = new NewestDay(type, utcDay(context.now));
  // What arrives while the pages come may be missing from the first of them.
  const deliveredBefore = context.delivered.to(type);
  const began = performance.now();
  // The next window also reads what this one has of its last day and later.
  const free = new FreeStretch(Date.parse(`${window.to}T00:00:00Z`));
  let documents = 0;
  let batch = batches.next();
  let batchRows = transform.table.timeKeyed ? FIRST_SAMPLES : BATCH_ROWS;

  const stop = new AbortController();
  const source = pages(
    context.http,
    { endpoint: type.endpoint, envelope: type.envelope, bounds: window.bounds },
    AbortSignal.any([context.signal, stop.signal]),
  );
  await using loads = new LoadAhead(stop, context.places);
  const load = async (full: Batch) => {
    const { db, signal } = context;
    const loaded =
      await retryStatement(db, () => loadAlikeBatch(db, context, stages, full, free), { signal }) ??
        await retryTransaction(
          db,
          (tx) => loadBatch(tx, context, stages, full),
          { signal },
        );
    addCounts(counts, loaded.counts);
    stages.newRejects.count += loaded.newRejects;
    batches.release(full);
  };
  const loadFull = () =>
    loads.begin(() => {
      const full = batch;
      batch = batches.next();
      if (transform.table.timeKeyed) keepLastInstant(full, batch);
      return load(full);
    });
  const notes = { seen, newest };
  // A page is transformed as it arrives: its documents, many small objects, do not wait for the
  // database.
  for await (const page of source) {
    documents += page.length;
    await learn(context, page);
    // One page may hold years of documents.
    for (let place = 0; place < page.length;) {
      place = takeDocuments(stages, batch, notes, page, place, context.repertoire);
      if (isFull(batch, BATCH_ROWS_WITHIN_PAGE)) await loadFull();
    }
    // The generator of the pages still holds this one while the next one is fetched.
    page.length = 0;
    if (!isFull(batch, batchRows)) continue;
    batchRows = BATCH_ROWS;
    await loadFull();
  }
  await loads.end();

  const verdict = await context.missing.ask(context, type, seen, began);
  const last = await retryTransaction(context.db, async (tx) => {
    const readingMs = performance.now() - began;
    const loaded = await loadBatch(tx, context, stages, batch);
    loaded.counts.deleted = await seen.markDeleted(tx, context.userId, readingMs, verdict);
    if (loaded.counts.deleted > 0) await removeBuriedSamples(tx, transform.table, context.userId);
    // Always, and not only after a change: a reading that was cut off left rows that are not rolled up.
    if (type.name === ROLLED_UP) await refreshHeartRateHours(tx, type, context.userId, window);
    else await refreshSeriesDocuments(tx, type, context.userId, window);
    if (free.isUsed) await requireColumnTypes(tx, transform.table);
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
      deliveredTo: later(deliveredBefore, newest.day),
      snapshot: type.window.by === "none",
    });
    await recordStoredRows(tx, countedTable(type), {
      userId: context.userId,
      from: window.from,
      to: window.to,
      inserted: counts.inserted + loaded.counts.inserted,
      stored: seen.stored,
    });
    return loaded;
  }, { signal: context.signal });
  batches.release(batch);
  addCounts(counts, last.counts);
  stages.newRejects.count += last.newRejects;
  context.delivered.note(type, newest.day);
}

/**
 * Takes the documents of a page from one place on, until the batch is full. Not in the loop that
 * awaits: the engine optimizes a function like this one much sooner.
 * @returns The place of the first document that was not taken.
 */
function takeDocuments(
  stages: TypeStages,
  batch: Batch,
  notes: Notes,
  page: readonly unknown[],
  from: number,
  repertoire: Repertoire | null,
): number {
  let place = from;
  do {
    takeDocument(stages, batch, notes, page[place], repertoire);
    place++;
  } while (place < page.length && !isFull(batch, BATCH_ROWS_WITHIN_PAGE));
  return place;
}

/** Outside of the batch's transaction: a batch ends in the middle of a page. */
async function learn({ db, repertoire, signal }: SyncContext, page: readonly unknown[]) {
  if (repertoire === null) return;
  const text = JSON.stringify(page);
  await retryTransaction(db, (tx) => repertoire.learn(tx, text), { signal });
}

function later(a: string | null, b: string | null): string | null {
  return a === null || b === null ? a ?? b : laterDay(a, b);
}
