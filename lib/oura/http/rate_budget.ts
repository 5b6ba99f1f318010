/**
 * The rate budget of the app, as the gate sees it: something that lends requests in portions. Who
 * keeps the account, and who else draws on it, the gate does not know.
 */

/** What a request is for: documents that Oura announced come first, old days last. */
export type Priority = "document" | "sync" | "backfill";

/** A portion of the budget. */
export interface Portion {
  /** How many requests may be sent; 0 when there is nothing to have now. */
  readonly granted: number;
  /** Milliseconds for which they may be sent, from the moment of asking. */
  readonly validMs: number;
  /** When it was lent, by the lender's count: unused requests are given back under this name. */
  readonly slot: string;
  /** Requests that are left to others of the same priority. */
  readonly left: number;
  /** Milliseconds until some request can be had, if none was granted. */
  readonly retryAfterMs: number;
  /** Milliseconds that Oura asked some process to wait; 0 when none has to wait. */
  readonly closedMs: number;
}

/** Lends requests. Every method throws when the account cannot be read or written. */
export interface RateBudget {
  /** Takes up to `wanted` requests, and gives back those of earlier portions that were not sent. */
  reserve(
    priority: Priority,
    wanted: number,
    unused: ReadonlyMap<string, number>,
  ): Promise<Portion>;
  /** Gives back what was not sent, without taking more. */
  giveBack(unused: ReadonlyMap<string, number>): Promise<void>;
  /** Tells all who draw on the budget that Oura asked to wait so long. */
  close(ms: number): Promise<void>;
}
