/**
 * What Oura's rate limit means for a fleet: `deno run --allow-read=bench --allow-write=bench
 * bench/fleet.ts` simulates the cases of docs/scaling.md in seconds, prints them, and writes
 * `bench/fleet_results.json`, from which `deno task docs:write` makes the tables of the page.
 */
import COSTS from "./fleet_costs.json" with { type: "json" };
import { type Kind, LIMIT, WINDOW } from "./fleet_budget.ts";
import { DOCUMENTS_PER_DAY } from "./fleet_day.ts";
import { type Fleet, simulateFleet, type Waits } from "./fleet_simulation.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WORKERS = 2;
const SIZES = [1_000, 10_000, 1_000_000] as const;
/** A fleet of this size is far behind after hours; longer runs tell nothing more. */
const HUGE = 100_000;

/** How a fleet keeps its data fresh. */
export interface Rhythm {
  readonly name: string;
  /** Hours between two syncs of a wearer. */
  readonly everyHours: number;
  readonly webhooks: boolean;
}

/** The rhythms of the page. Without webhooks a sync reads all types, else those that have none. */
export const RHYTHMS: readonly Rhythm[] = [
  { name: "sync every hour", everyHours: 1, webhooks: false },
  { name: "sync every 6 hours", everyHours: 6, webhooks: false },
  { name: "sync every day", everyHours: 24, webhooks: false },
  { name: "webhooks, sync of the rest every 12 hours", everyHours: 12, webhooks: true },
];

/** A case as it is written to the results. */
export interface FleetCase {
  readonly wearers: number;
  readonly rhythm: string;
  /** Requests in a day if all of them could be made. */
  readonly needed: number;
  /** Share of the budget that was used. */
  readonly use: number;
  readonly document: Waits;
  readonly sync: Waits;
}

/** How long the first backfill of a whole fleet takes, with webhooks served beside it. */
export interface BackfillCase {
  readonly wearers: number;
  readonly requests: number;
  readonly seconds: number;
  /** Waits of documents meanwhile. */
  readonly document: Waits;
}

/** How long wearers wait who are all due at once, as after an outage. */
export interface AtOnceCase {
  readonly wearers: number;
  readonly requests: number;
  readonly sync: Waits;
}

/** All results. */
export interface FleetResults {
  readonly costs: typeof COSTS;
  readonly documentsPerDay: number;
  readonly cases: readonly FleetCase[];
  readonly backfills: readonly BackfillCase[];
  readonly atOnce: readonly AtOnceCase[];
}

/** Requests that Oura allows in a day. */
export const DAILY_LIMIT = LIMIT * DAY / WINDOW;

/** Requests of a wearer in a day. */
function requestsPerDay({ everyHours, webhooks }: Rhythm): number {
  const syncs = 24 / everyHours;
  if (webhooks) return DOCUMENTS_PER_DAY + syncs * COSTS.polledSync;
  return (syncs - 1) * COSTS.sync + COSTS.firstOfDay;
}

/** The fleet of a case. */
function fleetOf(wearers: number, rhythm: Rhythm): Fleet {
  const { everyHours, webhooks } = rhythm;
  const sync = webhooks ? COSTS.polledSync : Math.round(requestsPerDay(rhythm) * everyHours / 24);
  const requests: Record<Kind, number> = { document: 1, sync, backfill: COSTS.firstSync };
  const horizon = wearers >= HUGE ? 6 * HOUR : 2 * DAY;
  const syncEvery = everyHours * HOUR;
  const common = { wearers, workers: WORKERS, syncEvery, webhooks, horizon, requests, seed: 1 };
  return { ...common, backfill: false };
}

/** Simulates one case. */
export function runCase(wearers: number, rhythm: Rhythm): FleetCase {
  const { waits: { document, sync }, use } = simulateFleet(fleetOf(wearers, rhythm));
  const needed = wearers * requestsPerDay(rhythm);
  return { wearers, rhythm: rhythm.name, needed, use, document, sync };
}

/** Simulates the first backfill of a fleet. */
function runBackfill(wearers: number): BackfillCase {
  const fleet = fleetOf(wearers, RHYTHMS.at(-1)!);
  const result = simulateFleet({ ...fleet, backfill: true, horizon: 10 * DAY });
  if (result.backfilledAt === null) throw new RangeError("the backfill takes longer than 10 days");
  return {
    wearers,
    requests: wearers * COSTS.firstSync,
    seconds: result.backfilledAt,
    document: result.waits.document,
  };
}

/** Simulates the syncs of a fleet that are all due at once. */
export function runAtOnce(wearers: number): AtOnceCase {
  // The interval is longer than what is simulated: each wearer is synced once.
  const fleet = {
    ...fleetOf(wearers, RHYTHMS[1]!),
    syncEvery: 2 * DAY,
    horizon: DAY,
    atOnce: true,
  };
  const { waits: { sync } } = simulateFleet(fleet);
  if (sync.done < wearers) throw new RangeError("the fleet is not synced within a day");
  return { wearers, requests: wearers * fleet.requests.sync, sync };
}

function runAll(): FleetResults {
  return {
    costs: COSTS,
    documentsPerDay: DOCUMENTS_PER_DAY,
    cases: SIZES.flatMap((wearers) => RHYTHMS.map((rhythm) => runCase(wearers, rhythm))),
    backfills: SIZES.filter((wearers) => wearers < HUGE).map(runBackfill),
    atOnce: SIZES.filter((wearers) => wearers < HUGE).map(runAtOnce),
  };
}

function line({ wearers, rhythm, needed, use, document, sync }: FleetCase): string {
  const waits = ({ due, done, p50, p95, max }: Waits) =>
    due === 0 ? "-" : `${p50}/${p95}/${max} s, ${Math.floor(100 * done / due)} % done`;
  return [
    `${wearers} wearers, ${rhythm}:`,
    `${Math.round(needed)} requests a day, ${Math.round(100 * use)} % of the budget;`,
    `documents ${waits(document)}; syncs ${waits(sync)}`,
  ].join(" ");
}

if (import.meta.main) {
  const results = runAll();
  const lines = [
    ...results.cases.map(line),
    ...results.atOnce.map(({ wearers, sync: { p50, max } }) =>
      `${wearers} wearers due at once: ${p50} s, at most ${max} s`
    ),
    ...results.backfills.map(({ wearers, requests, seconds }) =>
      `first backfill of ${wearers} wearers: ${requests} requests, ${seconds} s`
    ),
  ];
  await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
  const file = new URL("fleet_results.json", import.meta.url);
  await Deno.writeTextFile(file, `${JSON.stringify(results, null, 2)}\n`);
}
