/** Measures workers on a fleet: how long each wearer waits, what it costs, and whether all of it is there. */
import assert from "node:assert/strict";
import { storeEvents } from "../lib/db/store/jobs/events.ts";
import { scheduleSync } from "../lib/db/store/jobs/sync_schedule.ts";
import type { BudgetSize } from "../lib/db/store/budget.ts";
import { openBossQueue } from "../server/worker/boss/boss_queue.ts";
import { createWorld, type ServeOptions } from "../simulator/mod.ts";
import { contents, stop } from "../tests/worker/fleet.ts";
import { assertMirrors, shippedPipeline } from "../tests/support/sync_world.ts";
import type { ProgramOptions } from "../tests/worker/worker_program.ts";
import { processorTime } from "./program.ts";
import { type FleetStage, openFleetStage } from "./workers_stage.ts";

/** Days of data of a wearer. */
export const DAYS = 7;
const HOUR = 3_600_000;
const NO_LIMIT: BudgetSize = { requests: 10_000_000, perMs: 300_000 };
const NOW = new Date(Math.floor(Date.now() / HOUR) * HOUR);

/** One case as it is printed. */
export interface WorkersResult {
  readonly what: string;
  readonly seconds: number;
  readonly requests: number;
  /** Requests that Oura refused as too many. */
  readonly tooMany: number;
  /**
   * Between when a sync is due, or the first one begins where all are due at once, and its end, in
   * seconds: half of them, and all.
   */
  readonly medianWait: number;
  readonly longestWait: number;
  /** Of the workers together, and of the server, in seconds. */
  readonly workerTime: number;
  readonly serverTime: number;
  /** Between storing an event and having settled it, in seconds. */
  readonly events?: { readonly count: number; readonly median: number; readonly longest: number };
}

/** What is measured. */
export interface Case {
  readonly users: readonly { id: string }[];
  readonly workers: number;
  readonly budget?: BudgetSize;
  /** Names of data types. @default All */
  readonly types?: readonly string[];
  /** Whether events come in meanwhile. */
  readonly events?: boolean;
  /** When the sync of each wearer is due, in seconds after the start. @default All at once */
  readonly dueAfter?: (index: number) => number;
  /** Of so many wearers, one is compared with what Oura has. @default None is */
  readonly compareEvery?: number;
}

/** Measures one case. */
export async function measure(
  what: string,
  of: Case,
): Promise<{ result: WorkersResult; table: string }> {
  const { users, workers, budget = NO_LIMIT, events = false, types, dueAfter } = of;
  const limit = of.budget
    ? { appLimit: of.budget.requests, rateWindow: of.budget.perMs / 1_000 }
    : {};
  const world: ServeOptions = {
    users: users.filter(({ id }) => !id.startsWith("out-")),
    days: DAYS,
    now: NOW,
  };
  await using stage = await openFleetStage({ ...world, rateLimit: 0, ...limit }, users);
  const options: ProgramOptions = {
    days: DAYS,
    syncEveryMs: 6 * HOUR,
    general: 4,
    budget,
    ...(types && { types }),
  };
  const serverBefore = await stage.serverTime();
  const dueAt = dueAfter && await schedule(stage, users, dueAfter);
  const started = performance.now();
  const running = await stage.start(workers, options);
  const waits = events
    ? await eventsUntilSynced(stage, users.length)
    : await synced(stage, users.length);
  const seconds = (performance.now() - started) / 1_000;
  const workerTime = running.reduce((sum, { pid }) => sum + processorTime(pid), 0);
  const serverTime = await stage.serverTime() - serverBefore;
  await stop(running);
  if (of.compareEvery) await compare(stage, world, of.compareEvery);
  const { requests, byStatus } = await stage.answers();
  return {
    result: {
      what,
      seconds,
      requests,
      tooMany: byStatus[429] ?? 0,
      workerTime,
      serverTime,
      ...await waitsOf(stage, dueAt),
      ...(waits.length === 0 ? {} : {
        events: { count: waits.length, median: middle(waits), longest: Math.max(...waits) },
      }),
    },
    table: JSON.stringify([...await contents(stage.db, shippedPipeline())]),
  };
}

/** Makes the syncs of the wearers due one after the other. @returns When, by wearer */
async function schedule(
  { db }: FleetStage,
  users: readonly { id: string }[],
  dueAfter: (index: number) => number,
): Promise<Map<string, Date>> {
  const start = Date.now();
  const dueAt = users.map(({ id }, n) => [id, new Date(start + 1_000 * dueAfter(n))] as const);
  for (const [id, at] of dueAt) await scheduleSync(db, id, at);
  return new Map(dueAt);
}

/**
 * Every wearer was synced, no data type failed, and every `every`th wearer has what Oura has. A wearer
 * whose point of the interval came meanwhile may be in a second sync when the workers stop.
 */
async function compare({ db }: FleetStage, world: ServeOptions, every: number): Promise<void> {
  const { rows: failed } = await db.query(
    `SELECT user_id, data_type, error_code, error_message FROM oura.sync_run_types
      WHERE state <> 'done' AND error_code IS DISTINCT FROM 'INTERRUPTED'`,
  );
  assert.deepEqual(failed, [], "no data type fails");
  const truth = createWorld(world);
  const { rows: synced } = await db.query(
    "SELECT DISTINCT user_id FROM oura.sync_runs WHERE exit_code = 0",
  );
  assert.equal(synced.length, truth.wearers.length, "no wearer is stuck");
  for (const { id } of truth.wearers.filter((_, n) => n % every === 0)) {
    await assertMirrors(db, truth, id, DAYS - 1);
  }
}

/** Waits until each wearer was synced, or was found to be signed out. */
async function synced({ db }: FleetStage, count: number): Promise<number[]> {
  for (;;) {
    const { rows } = await db.query<{ ended: number }>(
      `SELECT count(DISTINCT user_id)::int AS ended FROM oura.sync_runs
        WHERE command = 'worker' AND finished_at IS NOT NULL`,
    );
    if (rows[0]!.ended >= count) return [];
    await pause(200);
  }
}

/** Stores an event each second while the wearers are loaded. @returns How long each waited, in s. */
async function eventsUntilSynced(stage: FleetStage, count: number): Promise<number[]> {
  const { db } = stage;
  await using queue = await openBossQueue({ db, runs: false });
  const waits: number[] = [];
  let isOver = false;
  const loading = synced(stage, count).then(() => isOver = true);
  // The wearer of the events is one who was loaded first: the others are still waiting.
  const userId = await firstSynced(stage);
  for (let n = 0; !isOver; n++) {
    const at = performance.now();
    await db.transaction(async (tx) => {
      const event = {
        userId,
        dataType: "daily_sleep",
        objectId: `none-${n}`,
        eventType: "delete",
        eventTime: new Date().toISOString(),
        payload: {},
        isKnown: true,
      };
      await storeEvents(tx, [event], new Date());
      await queue.ask(tx, [userId], "events");
    });
    while ((await db.query("SELECT 1 FROM oura.webhook_events WHERE state = 'pending'")).rowCount) {
      await pause(20);
    }
    waits.push((performance.now() - at) / 1_000);
    await pause(1_000);
  }
  await loading;
  return waits;
}

async function firstSynced({ db }: FleetStage): Promise<string> {
  for (;;) {
    const { rows } = await db.query<{ user_id: string }>(
      "SELECT user_id FROM oura.sync_runs WHERE state = 'done' LIMIT 1",
    );
    if (rows[0]) return rows[0].user_id;
    await pause(50);
  }
}

async function waitsOf(
  { db }: FleetStage,
  dueAt?: ReadonlyMap<string, Date>,
): Promise<{ medianWait: number; longestWait: number }> {
  const { rows } = await db.query<{ user_id: string; began: Date; ended: Date }>(
    `SELECT user_id, min(started_at) AS began, min(finished_at) AS ended
      FROM oura.sync_runs WHERE command = 'worker' GROUP BY user_id`,
  );
  const first = new Date(Math.min(...rows.map(({ began }) => began.getTime())));
  const waits = rows.map(({ user_id, ended }) =>
    (ended.getTime() - (dueAt?.get(user_id) ?? first).getTime()) / 1_000
  );
  return { medianWait: middle(waits), longestWait: Math.max(...waits) };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
