/** Workers, which run several jobs at once and keep places for what comes first. */
import { type Kind, KINDS } from "./fleet_budget.ts";
import type { JobQueue, QueuedJob } from "./fleet_queue.ts";

/** Jobs that a worker runs at once. */
const PLACES = 8;
/** How many of them jobs of a kind, and of those that come after it, may have. */
const SHARES: Readonly<Record<Kind, number>> = { document: 8, sync: 6, backfill: 4 };
/** Requests of a job in a second: six at once, each answered in 300 ms. */
const REQUESTS_PER_SECOND = 20;

/** A job under way. */
interface RunningJob extends QueuedJob {
  readonly kind: Kind;
  left: number;
}

/** All workers together. */
export interface Pool {
  /** Takes jobs while there are places for their kind. */
  take(kind: Kind, queue: JobQueue): void;
  /** Runs one second and returns the jobs that are done. `spend` says how many requests may be made. */
  advance(spend: (kind: Kind, most: number) => number): RunningJob[];
}

/** Starts workers. */
export function createPool(workers: number): Pool {
  const running: Record<Kind, RunningJob[]> = { document: [], sync: [], backfill: [] };
  const taken = (from: Kind) =>
    KINDS.slice(KINDS.indexOf(from)).reduce((sum, kind) => sum + running[kind].length, 0);
  const hasPlace = (kind: Kind) =>
    taken("document") < workers * PLACES && taken(kind) < workers * SHARES[kind];
  return {
    take(kind, queue) {
      while (queue.length > 0 && hasPlace(kind)) {
        const job = queue.take()!;
        running[kind].push({ ...job, kind, left: job.requests });
      }
    },
    advance(spend) {
      const done: RunningJob[] = [];
      for (const kind of KINDS) {
        for (const job of running[kind]) {
          job.left -= spend(kind, Math.min(job.left, REQUESTS_PER_SECOND));
          if (job.left === 0) done.push(job);
        }
        running[kind] = running[kind].filter(({ left }) => left > 0);
      }
      return done;
    },
  };
}
