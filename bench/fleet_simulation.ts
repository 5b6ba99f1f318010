/**
 * A fleet of wearers under Oura's rate limit: who waits for how long. No database and no requests:
 * jobs come due, workers take them, and every request they would make is taken from the app's budget.
 * Time advances in seconds. The same seed gives the same figures.
 */
import { createBudget, type Kind, KINDS } from "./fleet_budget.ts";
import { dayOf } from "./fleet_day.ts";
import { JobQueue } from "./fleet_queue.ts";
import { createPool } from "./fleet_workers.ts";

/** What is simulated. */
export interface Fleet {
  readonly wearers: number;
  readonly workers: number;
  /** Seconds between two syncs of a wearer; null for none. */
  readonly syncEvery: number | null;
  /** Whether all syncs are due at the start, as after an outage. @default Spread over the interval */
  readonly atOnce?: boolean;
  /** Whether Oura's webhooks announce documents. */
  readonly webhooks: boolean;
  /** Whether every wearer begins with a backfill. */
  readonly backfill: boolean;
  /** Seconds that are simulated. */
  readonly horizon: number;
  /** Requests of each kind of job; those of a document are per document. */
  readonly requests: Readonly<Record<Kind, number>>;
  readonly seed: number;
}

/** How long jobs of a kind waited, from due to done, in seconds. */
export interface Waits {
  readonly due: number;
  readonly done: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What came of it. */
export interface FleetResult {
  readonly waits: Readonly<Record<Kind, Waits>>;
  /** Requests in each second. */
  readonly granted: Uint16Array;
  /** Share of the budget that was used. */
  readonly use: number;
  /** Jobs done, by wearer: syncs. */
  readonly syncsOf: Uint16Array;
  /** Second at which the last backfill was done; null when some were not. */
  readonly backfilledAt: number | null;
}

/** Runs a fleet. */
export function simulateFleet(fleet: Fleet): FleetResult {
  const { wearers, horizon, requests, syncEvery } = fleet;
  const day = dayOf(fleet);
  const budget = createBudget(horizon);
  const pool = createPool(fleet.workers);
  const queues = newQueues(wearers);
  const waited: Record<Kind, number[]> = { document: [], sync: [], backfill: [] };
  const due: Record<Kind, number> = { document: 0, sync: 0, backfill: 0 };
  const syncsOf = new Uint16Array(wearers);
  const add = (kind: Kind, wearer: number, second: number, amount: number) => {
    // A waiting job also takes what has come in the meantime.
    if (queues[kind].add(wearer, second, amount)) due[kind]++;
  };
  if (fleet.backfill) {
    for (let wearer = 0; wearer < wearers; wearer++) add("backfill", wearer, 0, requests.backfill);
  }
  for (let second = 0; second < horizon; second++) {
    for (const wearer of day.syncsAt(second)) add("sync", wearer, second, requests.sync);
    for (const [wearer, documents] of day.documentsAt(second)) {
      add("document", wearer, second, documents * requests.document);
    }
    for (const kind of KINDS) pool.take(kind, queues[kind]);
    for (const job of pool.advance((kind, most) => budget.spend(kind, most, second))) {
      waited[job.kind].push(second + 1 - job.dueAt);
      if (job.kind !== "sync") continue;
      syncsOf[job.wearer]!++;
      day.scheduleSync(job.wearer, Math.max(second + 1, job.dueAt + syncEvery!));
    }
  }
  const isBackfilled = waited.backfill.length === due.backfill && due.backfill > 0;
  return {
    waits: {
      document: waitsOf(due.document, waited.document),
      sync: waitsOf(syncsPlanned(fleet, due.sync), waited.sync),
      backfill: waitsOf(due.backfill, waited.backfill),
    },
    granted: budget.granted,
    use: budget.use(),
    syncsOf,
    backfilledAt: isBackfilled ? waited.backfill.at(-1)! : null,
  };
}

/** The syncs that the rhythm asks for; a wearer whose sync still waits has no other one due. */
function syncsPlanned({ wearers, horizon, syncEvery }: Fleet, due: number): number {
  return syncEvery === null ? 0 : Math.max(due, Math.round(wearers * horizon / syncEvery));
}

function newQueues(wearers: number): Record<Kind, JobQueue> {
  return {
    document: new JobQueue(wearers),
    sync: new JobQueue(wearers),
    backfill: new JobQueue(wearers),
  };
}

function waitsOf(due: number, waited: readonly number[]): Waits {
  const sorted = Float64Array.from(waited).sort();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { due, done: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
