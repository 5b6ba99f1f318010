/**
 * `rejects retry`: documents from quarantine go through transform and load as they are configured
 * now. What fits is loaded and leaves the quarantine; what does not stays, with its present reason.
 */
import type { Pipeline, PipelineType } from "../../config/model.ts";
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { quoteIdentifier as q } from "../../lib/db/driver/identifiers.ts";
import type { LeaseOptions } from "../../lib/db/store/leases.ts";
import {
  closeRejects,
  listRejects,
  readRejects,
  type RejectFilter,
  type RejectInfo,
  resolveRejects,
  restateReject,
} from "../../lib/db/store/rejects.ts";
import { Repertoire } from "../../lib/db/driver/repertoire.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";
import { addCounts, noRows, type RowCounts } from "../../lib/db/store/runs.ts";
import { RejectsRemainError } from "../errors.ts";
import { refreshRollUpsOf } from "../rollup/single_documents.ts";
import { createLoader, type Loader } from "../stages/load.ts";
import { rejectEntry, withinEncoding } from "../stages/reject_entry.ts";
import { RunRecord } from "../sync/run_record.ts";
import { removeBuriedSamples } from "../stages/series/deleted_samples.ts";
import { isTimeKeyed } from "../stages/table.ts";
import { createTransform, type Row, type Transform } from "../stages/transform.ts";

/** What to retry, and as who. */
export interface RetryOptions {
  readonly pipeline: Pipeline;
  readonly filter: Omit<RejectFilter, "closed">;
  readonly lease: LeaseOptions;
  readonly version: string;
  /** Ends the work between two batches; what was loaded stays. */
  readonly signal?: AbortSignal;
}

/** What became of the rejects of one wearer's data type. */
export interface RetryOutcome {
  readonly userId: string;
  readonly dataType: string;
  /** Documents that fit now and left the quarantine. */
  resolved: number;
  /** Documents that stay. */
  remaining: number;
  /** Why none was tried. */
  readonly left: "busy" | "not configured" | null;
  readonly counts: RowCounts;
}

/** Documents in one transaction: whole nights of them are wide. */
const BATCH = 200;

/** Retries the open rejects that the filter names, wearer by wearer. */
export async function retryRejects(db: Database, options: RetryOptions): Promise<RetryOutcome[]> {
  const open = await listRejects(db, options.filter);
  const outcomes: RetryOutcome[] = [];
  for (const [userId, rejects] of Map.groupBy(open, (reject) => reject.userId)) {
    outcomes.push(...await retryWearer(db, userId, rejects, options));
  }
  return outcomes;
}

async function retryWearer(
  db: Database,
  userId: string,
  rejects: readonly RejectInfo[],
  { pipeline, lease, version, signal }: RetryOptions,
): Promise<RetryOutcome[]> {
  const byType = Map.groupBy(rejects, (reject) => reject.dataType);
  // Under its leases no sync of the same type loads a newer document between our check and our write.
  await using begun = await RunRecord.begin(
    db,
    {
      userId,
      command: "rejects retry",
      startedAt: new Date(),
      version,
      configChecksum: pipeline.checksum,
      lease,
    },
    { requests: 0, bytes: 0, traceIds: [] },
    [...byType.keys()],
  );
  if (begun === null) return [];
  const { record, leases } = begun;
  const outcomes: RetryOutcome[] = [];
  const sum = noRows();
  for (const [dataType, own] of byType) {
    const type = pipeline.types.find(({ name }) => name === dataType);
    const left = !type ? "not configured" : leases.held.has(dataType) ? null : "busy";
    const outcome = {
      userId,
      dataType,
      resolved: 0,
      remaining: 0,
      left,
      counts: noRows(),
    } as const;
    const result: RetryOutcome = { ...outcome };
    if (type && left === null) {
      await retryType(db, type, own, { runId: record.id, signal }, result)
        .catch((error) => record.fail(error));
    }
    const ids = own.map(({ id }) => id);
    result.remaining = (await listRejects(db, { userId, ids })).length;
    result.resolved = own.length - result.remaining;
    addCounts(sum, result.counts);
    outcomes.push(result);
  }
  const remaining = outcomes.reduce((total, outcome) => total + outcome.remaining, 0);
  const error = remaining > 0 ? new RejectsRemainError(remaining) : null;
  await record.close(error, sum);
  return outcomes;
}

async function retryType(
  db: Database,
  type: PipelineType,
  rejects: readonly RejectInfo[],
  { runId, signal }: { runId: number; signal: AbortSignal | undefined },
  result: RetryOutcome,
): Promise<void> {
  const transform = createTransform(type);
  // The row of a document with a series that could not be read is there, and does not change.
  const load = createLoader(transform.table, { allSamples: true });
  const stages = { type, transform, load };
  const { userId } = result;
  // Also where only some were named: an older state must not pass for the present one.
  const all = await listRejects(db, { userId, dataTypes: [type.name] });
  const named = new Set(rejects.map(({ id }) => id));
  const latest = latestOfEach(all).map(({ id }) => id).filter((id) => named.has(id));
  for (let start = 0; start < latest.length; start += BATCH) {
    signal?.throwIfAborted();
    const ids = latest.slice(start, start + BATCH);
    const target = { userId, runId };
    addCounts(
      result.counts,
      await retryTransaction(db, (tx) => retryBatch(tx, stages, target, ids)),
    );
  }
}

/** Of several states of one document only the last one is worth loading. */
function latestOfEach(rejects: readonly RejectInfo[]): RejectInfo[] {
  const known = new Map<string, RejectInfo>();
  const anonymous = rejects.filter(({ documentKey }) => documentKey === null);
  for (const reject of rejects) {
    if (reject.documentKey !== null) known.set(reject.documentKey, reject);
  }
  return [...known.values(), ...anonymous];
}

interface Stages {
  type: PipelineType;
  transform: Transform;
  load: Loader;
}

async function retryBatch(
  tx: Transaction,
  { type, transform, load }: Stages,
  target: { userId: string; runId: number },
  ids: readonly number[],
): Promise<RowCounts> {
  const { userId } = target;
  const rows: Row[] = [];
  const fitting: number[] = [];
  const unread: string[] = [];
  const counts = noRows();
  const repertoire = await Repertoire.of(tx);
  for (const { id, document: text } of await readRejects(tx, { userId, ids })) {
    const document: unknown = JSON.parse(text);
    // The stored text has escapes where a character did not fit.
    await repertoire?.learn(tx, JSON.stringify(document));
    const outcome = withinEncoding(transform(document), document, repertoire);
    if ("row" in outcome) rows.push(outcome.row);
    const reject = "row" in outcome ? outcome.unread : outcome.reject;
    if (reject === undefined) fitting.push(id);
    else {
      const entry = rejectEntry(reject, repertoire);
      await restateReject(tx, { id, userId }, entry);
      if ("row" in outcome) unread.push(entry.document);
      else counts.rejected++;
    }
  }
  const buried = isTimeKeyed(type) ? [] : await deletedAmong(tx, transform, userId, rows);
  const { inserted, updated, unchanged } = await load(tx, target, rows);
  if (buried.length > 0) {
    await markDeletedAgain(tx, transform, userId, buried);
    await removeBuriedSamples(tx, transform.table, userId);
  }
  const keys = rows.map(({ key }) => key);
  await refreshRollUpsOf(tx, type, userId, keys);
  await closeRejects(tx, userId, fitting, "resolved");
  // Its previous states are settled with it.
  await resolveRejects(tx, userId, type.name, keys, unread);
  addCounts(counts, { inserted, updated, unchanged });
  return counts;
}

/** Documents that Oura no longer returns: the quarantine must not bring them back. */
async function deletedAmong(
  tx: Transaction,
  { table }: Transform,
  userId: string,
  rows: readonly Row[],
): Promise<string[]> {
  const found = await tx.query<{ id: string }>(
    `SELECT id FROM oura.${q(table.name)}
      WHERE user_id = $1 AND id = ANY ($2::text[]) AND deleted_at IS NOT NULL`,
    [userId, rows.map(({ key }) => key)],
  );
  return found.rows.map(({ id }) => id);
}

async function markDeletedAgain(
  tx: Transaction,
  { table }: Transform,
  userId: string,
  ids: readonly string[],
): Promise<void> {
  await tx.query(
    `UPDATE oura.${q(table.name)} SET deleted_at = now()
      WHERE user_id = $1 AND id = ANY ($2::text[])`,
    [userId, ids],
  );
}
