/**
 * How fresh the data of a wearer is. Freshness has two halves: when a type was last read, and the
 * newest day or instant it holds. A ring that was not synced is stale although every read succeeded.
 */
import { isTimeKey } from "../../config/key.ts";
import { mayRead } from "../../lib/db/store/readable.ts";
import { type TypeStatus, typeStatus } from "../../lib/db/store/status.ts";
import type { GrantSummary } from "../../lib/db/vault/grant.ts";
import { listGrants } from "../../lib/db/vault/grants.ts";
import { numberOf } from "../metrics/fields.ts";
import { read, type Source, tableName } from "../metrics/source.ts";
import { median } from "../metrics/statistics.ts";

/** One data type. */
export interface TypeFreshness {
  readonly dataType: string;
  /** When it was last read completely. */
  readonly readAt: string | null;
  /** The newest day it holds, of samples the day of the newest one. */
  readonly newestDay: string | null;
  /** The newest sample. */
  readonly newestAt: string | null;
  readonly state: string | null;
  readonly error: { readonly code: string; readonly message: string | null } | null;
  readonly openRejects: number;
  readonly revisedLast7Days: number;
  readonly failedWindows: number;
}

/** A run of a command that writes data. */
export interface RunSummary {
  readonly id: number;
  readonly command: string;
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly requests: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly error: string | null;
}

/** The view model. */
export interface Freshness {
  /** `fresh`, `stale` (read long ago, or nothing new came), `failing` or `empty`. */
  readonly verdict: "fresh" | "stale" | "failing" | "empty";
  /** Why it is not fresh, in a sentence. */
  readonly why: string | null;
  readonly readAt: string | null;
  /** The newest instant of any data. */
  readonly newestAt: string | null;
  readonly signIn: {
    readonly state: "active" | "needs_login";
    readonly expiresAt: string;
    readonly scopes: readonly string[] | null;
  } | null;
  readonly battery: { readonly level: number; readonly at: string } | null;
  readonly openRejects: number;
  readonly failedWindows: number;
  /** When the next run is due if they go on as they did. */
  readonly nextRun: string | null;
  readonly types: readonly TypeFreshness[];
  readonly runs: readonly RunSummary[];
}

/** A daily job that is half a day late is not stale yet. */
const STALE_MS = 36 * 3_600_000;
const RUNS = 20;
const LEAST_RUNS = 3;

/** Reads how fresh everything is. */
export async function freshness(source: Source): Promise<Freshness> {
  const { db, userId, pipeline } = source;
  const names = pipeline.types.map(({ name }) => name);
  const statuses = await typeStatus(db, userId, names);
  const newest = await newestOf(source);
  const types = statuses.map((status) => typeOf(status, newest.get(status.data_type)));
  const runs = await runsOf(source);
  const grant = await grantOf(source);
  const times = (pick: (type: TypeFreshness) => string | null) =>
    types.map(pick).filter((time) => time !== null).sort().at(-1) ?? null;
  const readAt = times((type) => type.readAt);
  const newestAt = times((type) => type.newestAt);
  return {
    ...verdictOf(source, types, grant, readAt, newestAt),
    readAt,
    newestAt,
    signIn: grant && {
      state: grant.state,
      expiresAt: grant.expiresAt.toISOString(),
      scopes: grant.scopes,
    },
    battery: await batteryOf(source),
    openRejects: types.reduce((sum, { openRejects }) => sum + openRejects, 0),
    failedWindows: types.reduce((sum, { failedWindows }) => sum + failedWindows, 0),
    nextRun: nextRunOf(runs),
    types,
    runs,
  };
}

/** Everyone the database holds data or a sign-in of, the first signed-in one first. */
export async function wearersOf(db: Source["db"]): Promise<string[]> {
  const grants = await grantsOf(db);
  const { rows } = await db.query<{ user_id: string }>(
    "SELECT DISTINCT user_id FROM oura.sync_runs WHERE user_id <> '' ORDER BY user_id",
  );
  const synced = rows.map(({ user_id }) => user_id);
  return [...new Set([...grants.map(({ userId }) => userId), ...synced])];
}

async function grantOf({ db, userId }: Source): Promise<GrantSummary | null> {
  const grants = await grantsOf(db);
  return grants.find((grant) => grant.userId === userId) ?? null;
}

/** The sign-ins; none for a role that may not read them: the page does without. */
export async function grantsOf(db: Source["db"]): Promise<GrantSummary[]> {
  return await mayRead(db, "oauth_tokens") ? await listGrants(db) : [];
}

interface Newest extends Record<string, unknown> {
  name: string;
  day: string | null;
  at: Date | null;
}

async function newestOf(source: Source): Promise<Map<string, Newest>> {
  const selects = [...source.types.values()].flatMap((type) => {
    const where = "WHERE t.user_id = $1 AND t.deleted_at IS NULL";
    if (isTimeKey(type.key)) {
      return [`SELECT '${type.name}' AS name,
        (SELECT t."timestamp" FROM ${tableName(type)} t ${where}
          ORDER BY t."timestamp" DESC LIMIT 1) AS at, NULL::date AS day`];
    }
    if (type.day === null) return [];
    return [`SELECT '${type.name}' AS name, NULL::timestamptz AS at,
      (SELECT max(t.day) FROM ${tableName(type)} t ${where}) AS day`];
  });
  if (selects.length === 0) return new Map();
  const rows = await read<Newest>(source, selects.join(" UNION ALL "));
  return new Map(rows.map((row) => [row.name, row]));
}

function typeOf(status: TypeStatus, newest: Newest | undefined): TypeFreshness {
  return {
    dataType: status.data_type,
    readAt: status.fetched_at?.toISOString() ?? null,
    newestDay: newest?.day ?? newest?.at?.toISOString().slice(0, 10) ?? null,
    newestAt: newest?.at?.toISOString() ?? null,
    state: status.last_state,
    error: status.error_code === null
      ? null
      : { code: status.error_code, message: status.error_message },
    openRejects: status.open_rejects,
    revisedLast7Days: status.revised_this_week,
    failedWindows: status.failed_windows,
  };
}

function verdictOf(
  source: Source,
  types: readonly TypeFreshness[],
  grant: GrantSummary | null,
  readAt: string | null,
  newestAt: string | null,
): Pick<Freshness, "verdict" | "why"> {
  const age = (time: string) => source.now.getTime() - Date.parse(time);
  if (grant?.state === "needs_login") {
    return { verdict: "failing", why: "The sign-in ended. Run: oura-sync auth login" };
  }
  if (readAt === null) {
    return { verdict: "empty", why: "Nothing was read yet. Run: oura-sync sync" };
  }
  const failed = types.filter(({ state }) => state === "failed").map(({ dataType }) => dataType);
  if (failed.length > 0) {
    return { verdict: "failing", why: `The last run could not read ${failed.join(", ")}.` };
  }
  if (age(readAt) > STALE_MS) {
    return { verdict: "stale", why: "The last sync is more than a day and a half ago." };
  }
  if (newestAt !== null && age(newestAt) > STALE_MS) {
    return {
      verdict: "stale",
      why: "Reading works, but the ring has sent nothing new: open the Oura app near the ring.",
    };
  }
  return { verdict: "fresh", why: null };
}

async function batteryOf(source: Source): Promise<Freshness["battery"]> {
  if (!source.types.has("ring_battery_level")) return null;
  const rows = await read<{ level: number | null; at: Date }>(
    source,
    `SELECT ${numberOf(source, "ring_battery_level", "level")} AS level, t."timestamp" AS at
    FROM oura.ring_battery_level t WHERE t.user_id = $1 AND t.deleted_at IS NULL
    ORDER BY t."timestamp" DESC LIMIT 1`,
  );
  const level = rows[0]?.level ?? null;
  return level === null ? null : { level, at: rows[0]!.at.toISOString() };
}

async function runsOf(source: Source): Promise<RunSummary[]> {
  const rows = await read<Record<string, unknown>>(
    source,
    `SELECT id, command, state, started_at, finished_at, requests, rows_inserted AS inserted,
      rows_updated AS updated, rows_unchanged AS unchanged, rows_rejected AS rejected,
      error_message AS error
    FROM oura.sync_runs WHERE user_id = $1 ORDER BY started_at DESC, id DESC LIMIT ${RUNS}`,
  );
  return rows.map(({ started_at, finished_at, ...rest }) => ({
    ...rest as unknown as RunSummary,
    startedAt: (started_at as Date).toISOString(),
    finishedAt: (finished_at as Date | null)?.toISOString() ?? null,
  }));
}

function nextRunOf(runs: readonly RunSummary[]): string | null {
  const starts = runs.filter(({ command }) => command === "sync")
    .map(({ startedAt }) => Date.parse(startedAt));
  if (starts.length < LEAST_RUNS) return null;
  const between = median(starts.slice(1).map((start, i) => starts[i]! - start))!;
  return new Date(starts[0]! + between).toISOString();
}
