/**
 * One window of one data type: extract its pages, transform, load in batches, and write the ledger
 * in the transaction of the last batch. Killed anywhere, the window stays pending and is read again;
 * what was loaded of it is met unchanged.
 */
import type { ServedType } from "../../../config/model.ts";
import { laterDay, utcDay } from "../../../lib/values/days.ts";
import type { Database } from "../../../lib/db/driver/database.ts";
import type { Repertoire } from "../../../lib/db/driver/repertoire.ts";
import type { Leases } from "../../../lib/db/store/leases.ts";
import { recordWindow } from "../../../lib/db/store/ledger.ts";
import { retryTransaction } from "../../../lib/db/driver/retry_transaction.ts";
import { recordStoredRows } from "../../../lib/db/store/stored_rows.ts";
import { addCounts, type RowCounts } from "../../../lib/db/store/runs.ts";
import type { OuraHttp } from "../../../lib/oura/http/http.ts";
import { pages } from "../../../lib/oura/pages.ts";
import { type Delivered, NewestDay } from "../plan/delivered.ts";
import type { DriftWatch } from "../../stages/drift.ts";
import { BadRowError } from "../../errors.ts";
import type { MissingDocuments } from "./missing_documents.ts";
import { countedTable } from "../plan/lost_rows.ts";
import type { CompiledType } from "../../stages/compiled.ts";
import { readAhead } from "../../../lib/process/read_ahead.ts";
import { type Batch, keepLastInstant, loadBatch, newBatch, requireLease } from "./load_batch.ts";
import { refreshHeartRateHours, ROLLED_UP } from "../../rollup/heart_rate_hours.ts";
import { refreshSeriesDocuments } from "../../rollup/series_documents.ts";
import { removeBuriedSamples } from "../../stages/series/deleted_samples.ts";
import { withinEncoding } from "../../stages/reject_entry.ts";
import { SeenDocuments } from "../../stages/tombstones.ts";
import type { Row } from "../../stages/transform.ts";
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
  /** Asks Oura for single documents that a list lacks. */
  readonly missing: MissingDocuments;
}

/** A data type in one run: its compiled stages, and what its windows share. */
export interface TypeStages extends CompiledType {
  readonly type: ServedType;
  /** Whether the quarantine held documents of this type when the run began. */
  readonly hasOpenRejects: boolean;
  readonly failOnBadRow: boolean;
  /** Compares documents with the catalog; null where the configuration says to ignore it. */
  readonly drift: DriftWatch | null;
  /** Documents that this run put into quarantine and that were not there before. */
  readonly newRejects: { count: number };
}

/** Rows and rejects after which a batch goes to the database. */
const BATCH_ROWS = 1_200;
/** Characters of raw JSON and samples after which a batch goes: wide documents take much memory. */
const BATCH_CHARACTERS = 1_000_000;

/** Samples of a series are a few digits each. */
const SAMPLE_CHARACTERS = 4;

function weightOf({ rawText, samples }: Row): number {
  const count = samples.reduce((sum, series) => sum + (series?.values.length ?? 0), 0);
  return (rawText?.length ?? 0) + count * SAMPLE_CHARACTERS;
}

/** Whether a batch goes to the database. */
function isFull({ rows, rejects, characters }: Batch): boolean {
  return rows.length + rejects.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS;
}

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
  const newest = new NewestDay(type, utcDay(context.now));
  // What arrives while the pages come may be missing from the first of them.
  const deliveredBefore = context.delivered.to(type);
  const began = performance.now();
  let documents = 0;
  let batch = newBatch(transform.table);

  const stop = new AbortController();
  const source = pages(
    context.http,
    { endpoint: type.endpoint, envelope: type.envelope, bounds: window.bounds },
    AbortSignal.any([context.signal, stop.signal]),
  );
  const loadFull = async () => {
    const full = batch;
    batch = newBatch(transform.table);
    if (transform.table.timeKeyed) keepLastInstant(full, batch);
    const loaded = await retryTransaction(
      context.db,
      (tx) => loadBatch(tx, context, stages, full),
      { signal: context.signal },
    );
    addCounts(counts, loaded.counts);
    stages.newRejects.count += loaded.newRejects;
  };
  for await (const page of readAhead(source, stop)) {
    documents += page.length;
    await learn(context, page);
    for (const document of page) {
      stages.drift?.observe(document);
      const outcome = withinEncoding(transform(document), document, context.repertoire);
      newest.add(document, outcome);
      if ("row" in outcome) {
        seen.add(outcome.row);
        batch.rows.push(outcome.row);
        batch.characters += weightOf(outcome.row);
        if (outcome.unread) {
          if (stages.failOnBadRow) throw new BadRowError(type.name, outcome.unread);
          batch.unread.push(outcome.unread);
        }
      } else {
        if (stages.failOnBadRow) throw new BadRowError(type.name, outcome.reject);
        seen.addReject(outcome.reject.key);
        batch.rejects.push(outcome.reject);
      }
      // Within the page, too: one page may hold years of documents.
      if (isFull(batch)) await loadFull();
    }
  }

  const verdict = await context.missing.ask(context, type, seen, began);
  const last = await retryTransaction(context.db, async (tx) => {
    const readingMs = performance.now() - began;
    const loaded = await loadBatch(tx, context, stages, batch);
    loaded.counts.deleted = await seen.markDeleted(tx, context.userId, readingMs, verdict);
    if (loaded.counts.deleted > 0) await removeBuriedSamples(tx, transform.table, context.userId);
    // Always, and not only after a change: a reading that was cut off left rows that are not rolled up.
    if (type.name === ROLLED_UP) await refreshHeartRateHours(tx, type, context.userId, window);
    else await refreshSeriesDocuments(tx, type, context.userId, window);
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
    });
    return loaded;
  }, { signal: context.signal });
  addCounts(counts, last.counts);
  stages.newRejects.count += last.newRejects;
  context.delivered.note(type, newest.day);
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
