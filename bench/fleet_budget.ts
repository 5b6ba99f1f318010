/**
 * Oura's limit for an app, and who may spend it, as the program keeps it: by slots of ten seconds, each of
 * which counts for two more than a window has; and the second half is lent evenly to syncs and backfills
 * (sql/queries/reserve_requests.sql).
 */

/** What a request is for; the first comes first. */
export const KINDS = ["document", "sync", "backfill"] as const;
export type Kind = typeof KINDS[number];

/** Requests an app may make in any 5 minutes. Source: Oura's OpenAPI, rate limits. */
export const LIMIT = 5_000;
/** Seconds of the window. */
export const WINDOW = 300;

/** Seconds of a slot. */
const SLOT = 10;
/** Slots for which a request counts. */
const COUNTED = WINDOW / SLOT + 2;

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
  const slots = new Uint32Array(Math.ceil(horizon / SLOT));
  let slot = 0;
  let counted = 0;
  let total = 0;
  /** Slots until the oldest requests are free again. */
  const wait = () => {
    for (let old = Math.max(0, slot - COUNTED + 1); old < slot; old++) {
      if (slots[old]! > 0) return old - slot + COUNTED;
    }
    return COUNTED;
  };
  /** What the slot still lends while little is left. */
  const evenly = (ceiling: number, rest: number) => {
    const lent = slots[slot]!;
    const part = Math.ceil(ceiling / COUNTED + rest / 16);
    return Math.min(part, Math.ceil((rest + lent) / wait())) - lent;
  };
  return {
    granted,
    spend(kind, most, second) {
      const now = Math.floor(second / SLOT);
      for (; slot < now; slot++) counted -= slots[slot + 1 - COUNTED] ?? 0;
      const ceiling = CEILINGS[kind];
      const rest = ceiling - counted;
      const isScarce = kind !== "document" && rest * 2 <= ceiling;
      const may = isScarce ? Math.min(rest, evenly(ceiling, rest)) : rest;
      const count = Math.max(0, Math.min(most, may));
      granted[second]! += count;
      slots[slot]! += count;
      counted += count;
      total += count;
      return count;
    },
    use: () => total / (LIMIT * horizon / WINDOW),
  };
}
