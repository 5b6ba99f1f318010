/**
 * Replay: stored documents through transform and load once more, without asking Oura, as after a
 * change of the configuration or of the program.
 */
import type { PipelineType } from "../../config/model.ts";
import type { DaySpan } from "../../lib/values/days.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import { addRejects, resolveRejects } from "../../lib/db/store/rejects.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { createLoader, type Loader } from "../stages/load.ts";
import { rejectEntry } from "../stages/reject_entry.ts";
import type { Table } from "../stages/table.ts";
import { withinDays } from "../stages/within_days.ts";
import { createTransform, type Reject, type Row, type Transform } from "../stages/transform.ts";

/** What to replay. */
export interface ReplayOptions {
  /** Data types as the tables can take them; see `livePipeline`. */
  types: readonly PipelineType[];
  /** Only documents of these days; by UTC day where a document has no day of its own. @default All */
  days?: Partial<DaySpan>;
  /** Called after each batch. */
  onProgress?: (counts: ReplayCounts) => void;
  signal?: AbortSignal;
}

/** What became of the stored documents of a data type. */
export interface ReplayCounts {
  readonly dataType: string;
  /** Rows that were written again because a column differs. */
  updated: number;
  unchanged: number;
  /**
   * Documents that do not fit any more: quarantined, while the row stays as it was. Those of which
   * only a series cannot be read are counted too; their row is up to date.
   */
  rejected: number;
  /** Rows without a stored document, which cannot be replayed. */
  withoutDocument: number;
}

/** Rows per transaction: samples are small, documents with arrays are not. */
const SAMPLES = 5_000;
const DOCUMENTS = 500;

/** Replays data types one after the other. Documents that Oura no longer returns are left alone. */
export async function replay(db: Database, options: ReplayOptions): Promise<ReplayCounts[]> {
  const all: ReplayCounts[] = [];
  for (const type of options.types) {
    const transform = createTransform(type);
    all.push(await replayType(db, transform, options));
  }
  return all;
}

async function replayType(
  db: Database,
  transform: Transform,
  options: ReplayOptions,
): Promise<ReplayCounts> {
  const { table } = transform;
  const counts: ReplayCounts = {
    dataType: table.name,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    withoutDocument: await countWithout(db, table, options.days),
  };
  // Samples are compared as well: a document that did not change may yield others now.
  const load = createLoader(table, { allSamples: true });
  const limit = table.timeKeyed ? SAMPLES : DOCUMENTS;
  for await (const userId of wearersOf(db, table)) {
    for (let after: readonly string[] | null = []; after !== null;) {
      const place: BatchOptions = { userId, transform, load, after, limit, days: options.days };
      const batch: Batch = await retryTransaction(
        db,
        (tx) => replayBatch(tx, place),
        options.signal ? { signal: options.signal } : {},
      );
      counts.updated += batch.updated;
      counts.unchanged += batch.unchanged;
      counts.rejected += batch.rejected;
      options.onProgress?.(counts);
      options.signal?.throwIfAborted();
      after = batch.next;
    }
  }
  return counts;
}

/** The wearers of a table, each found by one step through its key. */
async function* wearersOf(db: Database, table: Table): AsyncGenerator<string> {
  for (let last = "";;) {
    const { rows } = await db.query<{ next: string | null }>(
      `SELECT min(user_id) AS next FROM oura.${q(table.name)} WHERE user_id > $1`,
      [last],
    );
    const next = rows[0]?.next ?? null;
    if (next === null) return;
    yield next;
    last = next;
  }
}

interface Batch {
  updated: number;
  unchanged: number;
  rejected: number;
  /** Key of the last row; null when the wearer has no more. */
  next: readonly string[] | null;
}

interface BatchOptions {
  userId: string;
  transform: Transform;
  load: Loader;
  /** The key behind which the batch begins; empty at the wearer's first row. */
  after: readonly string[];
  limit: number;
  days: Partial<DaySpan> | undefined;
}

/**
 * Locks the rows it reads, so that a sync cannot be undone by the older document. A distributed table
 * takes no lock over rows of several wearers.
 */
async function replayBatch(tx: Transaction, options: BatchOptions): Promise<Batch> {
  const { userId, transform, load, after, limit } = options;
  const { table } = transform;
  const names = table.key.map(({ name }) => q(name));
  const { condition, params } = withinDays(table, options.days);
  const first = params.length + 2;
  const behind = after.length === 0
    ? ""
    : `AND (${names.join(", ")}) > (${
      table.key.map(({ type }, i) => `$${first + i}::${type}`).join(", ")
    })`;
  const { rows } = await tx.query<{ raw: string; [key: string]: string }>(
    `SELECT ${names.map((name, i) => `${name}::text AS k${i}`).join(", ")}, raw_data::text AS raw
      FROM oura.${q(table.name)} AS t
      WHERE user_id = $${params.length + 1} AND raw_data IS NOT NULL AND deleted_at IS NULL
        AND ${condition} ${behind}
      ORDER BY ${names.map((name) => `t.${name}`).join(", ")} LIMIT ${limit} FOR NO KEY UPDATE`,
    [...params, userId, ...after],
  );
  const loaded: Row[] = [];
  const rejects: Reject[] = [];
  const unread: Reject[] = [];
  for (const { raw } of rows) {
    const outcome = transform(JSON.parse(raw));
    if ("reject" in outcome) rejects.push(outcome.reject);
    else {
      loaded.push(outcome.row);
      if (outcome.unread) unread.push(outcome.unread);
    }
  }
  const entries = [...rejects, ...unread].map((reject) => rejectEntry(reject, null));
  const { updated, unchanged } = await load(tx, { userId, runId: null }, loaded);
  const loadedKeys = loaded.map(({ key }) => key);
  await resolveRejects(tx, userId, table.name, loadedKeys, entries.map(({ document }) => document));
  await addRejects(tx, { userId, dataType: table.name, runId: null }, entries);
  const last = rows.length < limit ? undefined : rows.at(-1);
  return {
    updated,
    unchanged,
    rejected: entries.length,
    next: last ? names.map((_, i) => last[`k${i}`]!) : null,
  };
}

async function countWithout(
  db: Database,
  table: Table,
  days: Partial<DaySpan> | undefined,
): Promise<number> {
  const { condition, params } = withinDays(table, days);
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*) AS count FROM oura.${q(table.name)} AS t
      WHERE raw_data IS NULL AND deleted_at IS NULL AND ${condition}`,
    params,
  );
  return rows[0]!.count;
}
