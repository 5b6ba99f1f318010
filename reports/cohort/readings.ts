/** What the bookkeeping knows of many wearers: sign-ins, runs, the ledger and the quarantine. */
import type { PipelineType } from "../../config/model.ts";
import type { Queryable } from "../../lib/db/driver/database.ts";
import type { ReadSpan, RefusedType } from "../../lib/db/store/ledger.ts";
import { readRejects, type StoredReject } from "../../lib/db/store/rejects.ts";
import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { scopeStanding } from "../../lib/oura/oauth/scopes.ts";
import { rereadRule } from "../../pipelines/sync/plan/plan_jobs.ts";
import COHORT_FAILURES from "../../sql/queries/cohort_failures.sql" with { type: "text" };
import COHORT_LEDGER from "../../sql/queries/cohort_ledger.sql" with { type: "text" };
import COHORT_READINGS from "../../sql/queries/cohort_readings.sql" with { type: "text" };
import COHORT_REFUSALS from "../../sql/queries/cohort_refusals.sql" with { type: "text" };
import COHORT_RUNS from "../../sql/queries/cohort_runs.sql" with { type: "text" };
import type { CohortSpan, CohortWearer } from "./model.ts";

/** How the readings of a wearer stand, over all data types. */
export type Readings = {
  user_id: string;
  read_at: Date | null;
  oldest: Date | null;
  never: boolean;
  failed: boolean;
};

/** Days of a data type as bits of the span. */
export type LedgerDays = { readonly read: number; readonly settled: number };

/** By wearer and data type, joined by {@linkcode keyOf}. */
export type ByType<T> = ReadonlyMap<string, T>;

/** The name of a wearer's data type in a {@linkcode ByType}. */
export function keyOf(userId: string, dataType: string): string {
  return `${dataType} ${userId}`;
}

/** The latest run of each wearer. */
export async function latestRuns(
  db: Queryable,
  userIds: readonly string[],
): Promise<Map<string, NonNullable<CohortWearer["lastRun"]>>> {
  const { rows } = await db.query<{
    user_id: string;
    command: string;
    state: string;
    started_at: Date;
    error_code: string | null;
  }>(COHORT_RUNS, [userIds]);
  return new Map(rows.map((row) => [row.user_id, {
    command: row.command,
    state: row.state,
    startedAt: row.started_at.toISOString(),
    errorCode: row.error_code,
  }]));
}

/** How the readings of each wearer stand. */
export async function readingsOf(
  db: Queryable,
  userIds: readonly string[],
  types: readonly PipelineType[],
): Promise<Map<string, Readings>> {
  const names = types.map(({ name }) => name);
  const { rows } = await db.query<Readings>(COHORT_READINGS, [userIds, names]);
  return new Map(rows.map((row) => [row.user_id, row]));
}

/** Which days were read, and which are settled. */
export async function ledgerDays(
  db: Queryable,
  types: readonly PipelineType[],
  { userIds, from, to }: CohortSpan,
): Promise<ByType<LedgerDays>> {
  const rules = types.map(rereadRule);
  const { rows } = await db.query<{ user_id: string; data_type: string } & LedgerDays>(
    COHORT_LEDGER,
    [
      userIds,
      rules.map(({ dataType }) => dataType),
      rules.map(({ lookbackDays }) => lookbackDays),
      rules.map(({ lateDays }) => lateDays),
      from,
      to,
    ],
  );
  return new Map(rows.map(({ user_id, data_type, ...days }) => [keyOf(user_id, data_type), days]));
}

/** Windows whose last reading failed. */
export async function failedWindows(
  db: Queryable,
  types: readonly PipelineType[],
  { userIds, from, to }: CohortSpan,
): Promise<ByType<ReadSpan[]>> {
  const names = types.map(({ name }) => name);
  const params = [userIds, names, from, to];
  const { rows } = await db.query<ReadSpan & { user_id: string }>(COHORT_FAILURES, params);
  return Map.groupBy(rows, ({ user_id, data_type }) => keyOf(user_id, data_type));
}

/** Documents in quarantine. */
export async function quarantined(
  db: Queryable,
  types: readonly PipelineType[],
): Promise<ByType<StoredReject[]>> {
  const rejects = await readRejects(db, { dataTypes: types.map(({ name }) => name) });
  return Map.groupBy(rejects, ({ userId, dataType }) => keyOf(userId, dataType));
}

/** Refusals of Oura, where the scopes of a wearer do not tell what the wearer opened. */
export async function refusals(
  db: Queryable,
  types: readonly PipelineType[],
  userIds: readonly string[],
  grants: ReadonlyMap<string, GrantSummary>,
): Promise<ByType<RefusedType>> {
  const unclear = userIds.flatMap((userId) => {
    const grant = grants.get(userId) ?? { scopes: null, portal: null };
    return types.filter(({ scope }) =>
      ["unknown", "not_offered"].includes(scopeStanding(grant, scope))
    ).map(({ name }) => ({ userId, name }));
  });
  if (unclear.length === 0) return new Map();
  const { rows } = await db.query<RefusedType & { user_id: string }>(COHORT_REFUSALS, [
    unclear.map(({ userId }) => userId),
    unclear.map(({ name }) => name),
  ]);
  return new Map(rows.map((row) => [keyOf(row.user_id, row.data_type), row]));
}
