/** Oura's limit for an app, as a sliding window, and who may spend it. */

/** What a request is for; the first comes first. */
export const KINDS = ["document", "sync", "backfill"] as const;
export type Kind = typeof KINDS[number];

/** Requests an app may make in any 5 minutes. Source: Oura's OpenAPI, rate limits. */
export const LIMIT = 5_000;
/** Seconds of the window. */
export const WINDOW = 300;

/**
 * How full the window may be for a request of each kind: the last requests are kept for what comes
 * first, so that an event does not wait until a backfill's requests leave the window.
 */
export const CEILINGS: Readonly<Record<Kind, number>> = {
  document: LIMIT,
  sync: 4_800,
  backfill: 4_000,
};

/** The budget of a simulation. */
export interface Budget {
  /** Requests in each second. */
  readonly granted: Uint16Array;
  /** Takes `most` requests of a kind in a second, or as many as there are. */
  spend(kind: Kind, most: number, second: number): number;
  /** Share of the limit that was used. */
  use(): number;
}

/** A budget for so many seconds, which never go back. */
export function createBudget(horizon: number): Budget {
  const granted = new Uint16Array(horizon);
  let now = 0;
  let inWindow = 0;
  let total = 0;
  return {
    granted,
    spend(kind, most, second) {
      for (; now < second; now++) inWindow -= granted[now + 1 - WINDOW] ?? 0;
      const count = Math.max(0, Math.min(most, CEILINGS[kind] - inWindow));
      granted[second]! += count;
      inWindow += count;
      total += count;
      return count;
    },
    use: () => total / (LIMIT * horizon / WINDOW),
  };
}
