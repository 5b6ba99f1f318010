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
import { keyColumns } from "../schema/refill/sql.ts";
import { createLoader, type Loader } from "../stages/load.ts";
import { rejectEntry } from "../stages/reject_entry.ts";
import type { Table } from "../stages/table.ts";
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
  for (let after: readonly string[] | null = null;;) {
    const batch: Batch = await retryTransaction(
      db,
      (tx) => replayBatch(tx, { transform, load, after, limit, days: options.days }),
      options.signal ? { signal: options.signal } : {},
    );
    counts.updated += batch.updated;
    counts.unchanged += batch.unchanged;
    counts.rejected += batch.rejected;
    options.onProgress?.(counts);
    options.signal?.throwIfAborted();
    if (batch.next === null) return counts;
    after = batch.next;
  }
}

interface Batch {
  updated: number;
  unchanged: number;
  rejected: number;
  /** Key of the last row; null when there are no more. */
  next: readonly string[] | null;
}

interface BatchOptions {
  transform: Transform;
  load: Loader;
  after: readonly string[] | null;
  limit: number;
  days: Partial<DaySpan> | undefined;
}

/** Locks the rows it reads, so that a sync cannot be undone by the older document. */
async function replayBatch(tx: Transaction, options: BatchOptions): Promise<Batch> {
  const { transform, load, after, limit } = options;
  const { table } = transform;
  const columns = keyColumns(table);
  const keys = columns.map(({ name }) => q(name));
  const { condition, params } = within(table, options.days);
  const behind = after === null
    ? ""
    : `AND (${keys.join(", ")}) > (${
      columns.map(({ type }, i) => `$${params.length + i + 1}::${type}`).join(", ")
    })`;
  const { rows } = await tx.query<{ user_id: string; raw: string }>(
    `SELECT ${keys.map((key, i) => `${key}::text AS k${i}`).join(", ")}, user_id,
        raw_data::text AS raw
      FROM oura.${q(table.name)} AS t
      WHERE raw_data IS NOT NULL AND deleted_at IS NULL AND ${condition} ${behind}
      ORDER BY ${keys.map((key) => `t.${key}`).join(", ")} LIMIT ${limit} FOR NO KEY UPDATE`,
    [...params, ...(after ?? [])],
  );
  const sum: Batch = { updated: 0, unchanged: 0, rejected: 0, next: null };
  for (const [userId, documents] of Map.groupBy(rows, (row) => row.user_id)) {
    const loaded: Row[] = [];
    const rejects: Reject[] = [];
    const unread: Reject[] = [];
    for (const { raw } of documents) {
      const outcome = transform(JSON.parse(raw));
      if ("reject" in outcome) rejects.push(outcome.reject);
      else {
        loaded.push(outcome.row);
        if (outcome.unread) unread.push(outcome.unread);
      }
    }
    const entries = [...rejects, ...unread].map(rejectEntry);
    const { updated, unchanged } = await load(tx, { userId, runId: null }, loaded);
    const keys = loaded.map(({ key }) => key);
    await resolveRejects(tx, userId, table.name, keys, entries.map(({ document }) => document));
    const target = { userId, dataType: table.name, runId: null };
    await addRejects(tx, target, entries);
    sum.updated += updated;
    sum.unchanged += unchanged;
    sum.rejected += entries.length;
  }
  const last = rows.length < limit ? undefined : rows.at(-1) as Record<string, unknown> | undefined;
  return { ...sum, next: last ? keys.map((_, i) => String(last[`k${i}`])) : null };
}

/** The days asked for, as a condition on the table; tables without any time are taken whole. */
function within(
  table: Table,
  days: Partial<DaySpan> = {},
): { condition: string; params: string[] } {
  const expression = table.timeKeyed
    ? `("timestamp" AT TIME ZONE 'UTC')::date`
    : table.builtin.some(({ name }) => name === "day")
    ? "day"
    : null;
  const conditions: string[] = [];
  const params: string[] = [];
  for (const [bound, operator] of [[days.from, ">="], [days.to, "<="]] as const) {
    if (bound === undefined || expression === null) continue;
    params.push(bound);
    conditions.push(`${expression} ${operator} $${params.length}::date`);
  }
  return { condition: conditions.join(" AND ") || "true", params };
}

async function countWithout(
  db: Database,
  table: Table,
  days: Partial<DaySpan> | undefined,
): Promise<number> {
  const { condition, params } = within(table, days);
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*) AS count FROM oura.${q(table.name)}
      WHERE raw_data IS NULL AND deleted_at IS NULL AND ${condition}`,
    params,
  );
  return rows[0]!.count;
}
