/** A simulated Oura with a database beside it, and the comparison of the two. */
import assert from "node:assert/strict";
import { parsePipeline } from "../../config/pipeline.ts";
import { isServed, type Pipeline, type PipelineType, type TypeWindow } from "../../config/model.ts";
import SHIPPED from "../../config/oura.yaml" with { type: "text" };
import type { Database } from "../../lib/db/driver/database.ts";
import { quoteIdentifier } from "../../lib/db/driver/identifiers.ts";
import { addDays, utcDay } from "../../lib/values/days.ts";
import { OuraHttp, type OuraHttpOptions } from "../../lib/oura/http/http.ts";
import { type Concurrency, RequestLimit } from "../../lib/oura/http/request_limit.ts";
import { staticToken as fixedToken } from "../../lib/oura/token_provider.ts";
import { applyAdditive } from "../../pipelines/schema/apply/apply.ts";
import type { SyncReport } from "../../pipelines/sync/outcome.ts";
import { sync, type SyncOptions } from "../../pipelines/sync/sync_wearer.ts";
import {
  type RunningSimulator,
  type ServeOptions,
  serveSimulator,
  staticToken,
  truth,
  TYPE_NAMES,
  type TypeName,
  type World,
} from "../../simulator/mod.ts";

/** The shipped configuration, pointed at the database's schema, with a shorter first window. */
export function shippedPipeline(schema = "oura", days?: number): Pipeline {
  const { pipeline, problems } = parsePipeline(SHIPPED, "oura.yaml");
  assert.equal(problems, undefined);
  return {
    ...pipeline!,
    schema,
    types: pipeline!.types.map((type) =>
      days === undefined ? type : { ...type, window: shortened(type.window, days) }
    ),
  };
}

/** The types of a pipeline that Oura's API serves; the others come with an account export alone. */
export function servedTypes({ types }: Pipeline): PipelineType[] {
  return types.filter(isServed);
}

/** A window that reaches back so many days and no further, whatever the look-back. */
function shortened(window: TypeWindow, days: number): TypeWindow {
  return { ...window, initialDays: days, lookbackDays: Math.min(window.lookbackDays, days) };
}

/** Serves a world for the length of `body`. */
export async function withSimulator(
  options: ServeOptions,
  body: (simulator: RunningSimulator) => Promise<void>,
): Promise<void> {
  const simulator = serveSimulator(options);
  try {
    await body(simulator);
  } finally {
    await simulator.close();
  }
}

/** Options of {@linkcode syncWearer}. */
export type WearerSync = Partial<SyncOptions> & {
  request?: Partial<OuraHttpOptions>;
  /** Requests in flight at once. @default 4 */
  concurrency?: Concurrency;
};

/** Syncs a wearer of the simulator at the simulated time. */
export async function syncWearer(
  simulator: RunningSimulator,
  db: Database,
  userId: string,
  { request, concurrency = 4, ...options }: WearerSync = {},
): Promise<SyncReport> {
  const declared = options.pipeline ?? shippedPipeline(db.schema);
  const lease = { holder: crypto.randomUUID() };
  const { pipeline } = await applyAdditive(db, declared, lease);
  const http = options.http ?? new OuraHttp({
    tokens: fixedToken(staticToken(userId)),
    baseUrl: simulator.url,
    backoffMs: 1,
    limit: new RequestLimit(concurrency),
    ...request,
  });
  return await sync({
    lease,
    version: "test",
    now: new Date(simulator.world.now),
    ...options,
    pipeline,
    db,
    http,
    userId,
  });
}

/** The report's failures in one line each, to be compared with none. */
export function failures(report: SyncReport): string[] {
  return report.types.filter(({ state }) => state === "failed")
    .map(({ dataType, error }) => `${dataType}: ${error?.message}`);
}

/** Documents as texts with their keys in order, so that sets of them can be compared. */
export function canonical(document: unknown): string {
  return JSON.stringify(
    document,
    (_, value) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
  );
}

/** All live documents of a wearer in a table, in canonical form. */
export async function stored(db: Database, table: string, userId: string): Promise<Set<string>> {
  const { rows } = await db.query<{ raw_data: unknown }>(
    `SELECT raw_data FROM oura.${quoteIdentifier(table)}
      WHERE user_id = $1 AND deleted_at IS NULL`,
    [userId],
  );
  return new Set(rows.map((row) => canonical(row.raw_data)));
}

/** The simulator's own truth of some local days, in canonical form. */
export function expected(
  world: World,
  type: string,
  user: string,
  from: string,
  to: string,
): Set<string> {
  const name = TYPE_NAMES.find((each) => each === type);
  assert.ok(name, `the simulator knows no ${type}`);
  return new Set(truth(world, { user, type: name, from, to }).map(({ body }) => canonical(body)));
}

/**
 * Holds every table, or those of some types, against the simulator: all documents of the last `days` local days are there,
 * in today's form, and nothing is there that the simulator does not hold.
 */
export async function assertMirrors(
  db: Database,
  world: World,
  userId: string,
  days: number,
  types: readonly TypeName[] = TYPE_NAMES,
): Promise<void> {
  const today = utcDay(new Date(world.now));
  for (const type of types) {
    const have = await stored(db, type, userId);
    const must = expected(world, type, userId, addDays(today, -days), addDays(today, 1));
    const may = expected(world, type, userId, addDays(today, -days - 5), addDays(today, 3));
    const missing = [...must.difference(have)];
    const surplus = [...have.difference(may)];
    assert.deepEqual(
      {
        type,
        missing: missing.length,
        surplus: surplus.length,
        first: (missing[0] ?? surplus[0])?.slice(0, 200),
      },
      { type, missing: 0, surplus: 0, first: undefined },
    );
  }
}
