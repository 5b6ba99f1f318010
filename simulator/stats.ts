/** What the simulator was asked, for tests to look at. */

const KEPT = 2_000;

/** A request as it was answered. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  /** The query without its leading `?`. */
  readonly query: string;
  readonly status: number;
}

/** Counters since the start or the last reset. */
export class Stats {
  requests = 0;
  /** The most requests that were being answered at once. */
  concurrent = 0;
  rowsServed = 0;
  refreshes = 0;
  /** Refresh tokens used a second time. */
  refreshTokenReuses = 0;
  codesExchanged = 0;
  byPath: Record<string, number> = {};
  byStatus: Record<string, number> = {};
  /** The last two thousand requests, oldest first. */
  seen: Seen[] = [];
  #inFlight = 0;

  /** Counts a request in. */
  begin(): void {
    this.requests++;
    this.concurrent = Math.max(this.concurrent, ++this.#inFlight);
  }

  /** Counts a request out. */
  end(seen: Seen): void {
    this.#inFlight--;
    this.byPath[seen.path] = (this.byPath[seen.path] ?? 0) + 1;
    this.byStatus[seen.status] = (this.byStatus[seen.status] ?? 0) + 1;
    this.seen.push(seen);
    if (this.seen.length > KEPT) this.seen.shift();
  }

  /** Starts counting again from zero. */
  reset(): void {
    this.requests = this.concurrent = this.rowsServed = 0;
    this.refreshes = this.refreshTokenReuses = this.codesExchanged = 0;
    this.byPath = {};
    this.byStatus = {};
    this.seen = [];
  }
}
