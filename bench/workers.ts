/**
 * Workers on many wearers: processor time, fairness, the rate budget, wearers with trouble, and how soon
 * an event is served while the others are loaded. By itself:
 * `deno run -A bench/workers.ts [WEARERS] [CASE …]`, with the cases `small`, `all`, `limited` and
 * `trouble`.
 */
import { storeEvents } from "../lib/db/store/jobs/events.ts";
import type { BudgetSize } from "../lib/db/store/budget.ts";
import { openBossQueue } from "../server/worker/boss/boss_queue.ts";
import { contents, stop } from "../tests/worker/fleet.ts";
import { shippedPipeline } from "../tests/support/sync_world.ts";
import type { ProgramOptions } from "../tests/worker/worker_program.ts";
import { processorTime } from "./program.ts";
import { type FleetStage, LATENCY_MS, openFleetStage } from "./workers_stage.ts";

const DAYS = 7;
const HOUR = 3_600_000;
const NO_LIMIT: BudgetSize = { requests: 10_000_000, perMs: 300_000 };
const NOW = new Date(Math.floor(Date.now() / HOUR) * HOUR);

/** One case as it is printed. */
interface WorkersResult {
  readonly what: string;
  readonly seconds: number;
  readonly requests: number;
  /** Requests that Oura refused as too many. */
  readonly tooMany: number;
  /** Between the first beginning and each wearer's end, in seconds: half of them, and all. */
  readonly medianWait: number;
  readonly longestWait: number;
  /** Of the workers together, and of the server, in seconds. */
  readonly workerTime: number;
  readonly serverTime: number;
  /** Between storing an event and having settled it, in seconds. */
  readonly events?: { readonly count: number; readonly median: number; readonly longest: number };
}

const wearers = (count: number, name = "w") =>
  Array.from({ length: count }, (_, n) => ({ id: `${name}-${n}`, zone: "UTC" }));

/** Few types, because the jobs of 1,000 wearers are to be measured, not their samples. */
const FEW_TYPES = ["daily_sleep", "daily_readiness", "daily_spo2", "workout"];

type OnResult = (result: WorkersResult) => void;

/** The cases by name, for so many wearers. */
const CASES: Readonly<Record<string, (count: number, onResult: OnResult) => Promise<void>>> = {
  small: (count, onResult) => {
    // Five spans of this budget, so that the budget decides how long it takes.
    const budget = { requests: Math.ceil(count * (FEW_TYPES.length + 1) / 5), perMs: 30_000 };
    return sameTables(`${count} small wearers`, { budget, types: FEW_TYPES }, count, onResult);
  },
  all: (count, onResult) => sameTables(`${count} wearers`, {}, count, onResult),
  limited: async (count, onResult) => {
    // A third of the requests that they need, so that the budget decides.
    const budget = { requests: 10 * count, perMs: 30_000 };
    const what = `${count} wearers, ${10 * count} requests in 30 s, events beside`;
    onResult(
      (await measure(what, { users: wearers(count), workers: 2, budget, events: true })).result,
    );
  },
  trouble: async (count, onResult) => {
    const alone = { users: wearers(count), workers: 2 };
    onResult((await measure(`${count} wearers, 2 workers`, alone)).result);
    const troubled = Math.ceil(count / 10);
    const users = [
      ...wearers(count),
      ...wearers(troubled, "out"),
      ...wearers(troubled, "lapsed").map((each) => ({ ...each, membership: false })),
      ...wearers(troubled, "narrow").map((each) => ({ ...each, scopes: ["daily"] })),
    ];
    const what = `the same beside ${3 * troubled} with trouble`;
    onResult((await measure(what, { users, workers: 2 })).result);
  },
};

/** One, two and four workers fill the same tables. */
async function sameTables(
  what: string,
  of: Pick<Case, "budget" | "types">,
  count: number,
  onResult: OnResult,
): Promise<void> {
  const tables = new Set<string>();
  for (const workers of [1, 2, 4]) {
    const users = wearers(count);
    const { result, table } = await measure(`${what}, ${workers} workers`, {
      ...of,
      users,
      workers,
    });
    onResult(result);
    tables.add(table);
  }
  if (tables.size > 1) throw new Error("the tables differ");
}

interface Case {
  readonly users: readonly { id: string }[];
  readonly workers: number;
  readonly budget?: BudgetSize;
  /** Names of data types. @default All */
  readonly types?: readonly string[];
  /** Whether events come in meanwhile. */
  readonly events?: boolean;
}

async function measure(what: string, of: Case): Promise<{ result: WorkersResult; table: string }> {
  const { users, workers, budget = NO_LIMIT, events = false, types } = of;
  const limit = of.budget
    ? { appLimit: of.budget.requests, rateWindow: of.budget.perMs / 1_000 }
    : {};
  const world = { users: users.filter(({ id }) => !id.startsWith("out-")), days: DAYS, now: NOW };
  await using stage = await openFleetStage({ ...world, rateLimit: 0, ...limit }, users);
  const options: ProgramOptions = {
    days: DAYS,
    syncEveryMs: 6 * HOUR,
    general: 4,
    budget,
    ...(types && { types }),
  };
  const serverBefore = await stage.serverTime();
  const started = performance.now();
  const running = await stage.start(workers, options);
  const waits = events
    ? await eventsUntilSynced(stage, users.length)
    : await synced(stage, users.length);
  const seconds = (performance.now() - started) / 1_000;
  const workerTime = running.reduce((sum, { pid }) => sum + processorTime(pid), 0);
  const serverTime = await stage.serverTime() - serverBefore;
  await stop(running);
  const { requests, byStatus } = await stage.answers();
  return {
    result: {
      what,
      seconds,
      requests,
      tooMany: byStatus[429] ?? 0,
      workerTime,
      serverTime,
      ...await waitsOf(stage),
      ...(waits.length === 0 ? {} : {
        events: { count: waits.length, median: middle(waits), longest: Math.max(...waits) },
      }),
    },
    table: JSON.stringify([...await contents(stage.db, shippedPipeline())]),
  };
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

async function waitsOf({ db }: FleetStage): Promise<{ medianWait: number; longestWait: number }> {
  const { rows } = await db.query<{ wait: number }>(
    `SELECT extract(epoch FROM min(finished_at) - min(min(started_at)) OVER ())::float8 AS wait
      FROM oura.sync_runs WHERE command = 'worker' GROUP BY user_id ORDER BY wait`,
  );
  const waits = rows.map(({ wait }) => wait);
  return { medianWait: middle(waits), longestWait: waits.at(-1)! };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One case in one line. */
function lineOf(result: WorkersResult): string {
  const { what, seconds, requests, tooMany, medianWait, longestWait, events } = result;
  const { workerTime, serverTime } = result;
  const parts = [
    what.padEnd(46),
    `${seconds.toFixed(0)} s`.padStart(6),
    `${(requests / seconds).toFixed(0)} requests/s`.padStart(15),
    `${tooMany} too many`.padStart(11),
    `waits ${medianWait.toFixed(0)} s, at most ${longestWait.toFixed(0)} s`,
    `processor time ${workerTime.toFixed(0)} s, of the server ${serverTime.toFixed(0)} s`,
  ];
  if (events) {
    parts.push(
      `${events.count} events ${events.median.toFixed(1)} s, at most ${
        events.longest.toFixed(1)
      } s`,
    );
  }
  return parts.join("  ");
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [count = "1000", ...chosen] = Deno.args;
  print(`Oura answers after ${LATENCY_MS} ms.`);
  for (const name of chosen.length === 0 ? Object.keys(CASES) : chosen) {
    const run = CASES[name];
    if (run === undefined) throw new Error(`no case ${name}`);
    await run(Number(count), (result) => print(lineOf(result)));
  }
}
