/**
 * How fresh the data of a wearer is, with what else the page says of the readings: runs, the next
 * one, the ring's battery.
 */
import { grantOf } from "../known_wearers.ts";
import { numberOf } from "../metrics/fields.ts";
import { read, type Source } from "../metrics/source.ts";
import { median } from "../metrics/statistics.ts";
import { readWearerFreshness, type WearerFreshness } from "./wearer_freshness.ts";

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

/** The view model: what `status` says, without the number of rows, and more. */
export interface Freshness extends WearerFreshness {
  /** When anything was last read. */
  readonly readAt: string | null;
  /** The newest sample. */
  readonly newestAt: string | null;
  readonly battery: { readonly level: number; readonly at: string } | null;
  readonly openRejects: number;
  readonly failedWindows: number;
  /** When the next run is due if they go on as they did. */
  readonly nextRun: string | null;
  /** The newest first. */
  readonly runs: readonly RunSummary[];
}

const RUNS = 20;
const LEAST_RUNS = 3;

/** Reads how fresh everything is. */
export async function freshness(source: Source): Promise<Freshness> {
  const { db, userId, pipeline: { types }, now } = source;
  const wearer = { userId, grant: await grantOf(db, userId) };
  // Counting a million samples takes longer than the page may.
  const shared = await readWearerFreshness(db, wearer, { types, live: types }, now, {
    counted: false,
  });
  const runs = await runsOf(source);
  const latest = (times: readonly (string | undefined)[]) =>
    times.filter((time) => time !== undefined).sort().at(-1) ?? null;
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  return {
    ...shared,
    readAt: latest(shared.types.map(({ fetchedAt }) => fetchedAt?.toISOString())),
    newestAt: latest(
      shared.types.map(({ newest }) => newest?.includes("T") ? newest : undefined),
    ),
    battery: await batteryOf(source),
    openRejects: sum(shared.types.map(({ openRejects }) => openRejects)),
    failedWindows: sum(shared.types.map(({ failedWindows }) => failedWindows)),
    nextRun: nextRunOf(runs),
    runs,
  };
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
