/**
 * The requests that this process has reserved and not yet sent, for one priority. It asks in portions,
 * so that a request pays no round trip, and before the last one is sent, so that none has to wait.
 */
import type { Priority, RateBudget } from "./rate_budget.ts";

/** What the first portion has: a sync that finds nothing new needs no second one. */
const FIRST_WANTED: Readonly<Record<Priority, number>> = { document: 4, sync: 48, backfill: 48 };
/** What a portion has at most: as much as can be sent while it is valid. */
const MOST_WANTED = 400;
/** The next portion is asked for when so much of the last one is left, unless requests are scarce. */
const ASK_AHEAD = 1 / 4;
/** When nothing is left, it asks again after this time at the latest: others may give requests back. */
const LONGEST_WAIT_MS = 10_000;
/** A smaller share of the remaining requests is not worth a statement to give it back. */
const WORTH_GIVING_BACK = 1 / 100;

/** Requests of one portion. */
interface Lot {
  requests: number;
  readonly granted: number;
  readonly slot: string;
  readonly expiresAt: number;
}

/** When a process that got nothing goes on, by the clock of the gate. */
export interface Outlook {
  /** When it is worth asking again. */
  readonly askAt: number;
  /** When the budget has room at the latest. */
  readonly roomAt: number;
}

/** Reserves requests in portions and lends them one by one. */
export class LentRequests {
  readonly #lots: Lot[] = [];
  readonly #unused = new Map<string, number>();
  #wanted: number;
  /** When so many are left, the next portion is asked for. */
  #askAheadAt = 0;
  /** What the last portion left to others. */
  #left = 0;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #outlook: Outlook = { askAt: 0, roomAt: 0 };
  #asking: Promise<Outlook> | null = null;

  /** @param onClosed Takes the milliseconds for which Oura asked some process to wait. */
  constructor(
    private readonly budget: RateBudget,
    private readonly priority: Priority,
    private readonly monotonic: () => number,
    private readonly onClosed: (ms: number) => void,
  ) {
    this.#wanted = FIRST_WANTED[priority];
  }

  /** Whether a request can be taken now. */
  has(): boolean {
    this.#dropExpired();
    return this.#lots.length > 0;
  }

  /** Takes a request. @returns False when none is left. */
  take(): boolean {
    this.#dropExpired();
    const lot = this.#lots[0];
    if (lot === undefined) return false;
    lot.requests--;
    if (lot.requests === 0) this.#lots.shift();
    // A request that waits for the portion throws its failure.
    if (this.#count() <= this.#askAheadAt) this.refill().catch(() => {});
    return true;
  }

  /** Asks for the next portion; all who wait share one question, and an answer that there is nothing. */
  refill(): Promise<Outlook> {
    if (this.monotonic() < this.#outlook.askAt) return Promise.resolve(this.#outlook);
    const asking = this.#asking ??= this.#ask();
    const over = () => {
      if (this.#asking === asking) this.#asking = null;
    };
    asking.then(over, over);
    return asking;
  }

  /** Gives back the remaining requests. */
  async close(): Promise<void> {
    await this.#asking?.catch(() => {});
    clearTimeout(this.#expiry);
    for (const lot of this.#lots.splice(0)) this.#giveUp(lot);
    await this.#giveBack();
  }

  /** Gives back unused requests if that helps others: few requests of many are free again soon. */
  async #giveBack(): Promise<void> {
    const count = [...this.#unused.values()].reduce((sum, requests) => sum + requests, 0);
    if (count === 0 || count < this.#left * WORTH_GIVING_BACK) return;
    const unused = new Map(this.#unused);
    this.#unused.clear();
    await this.budget.giveBack(unused);
  }

  /** A process that has nothing more to ask keeps nothing that has expired. */
  #watchExpiry(ms: number): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => {
      this.#dropExpired();
      this.#giveBack().catch(() => {});
    }, ms);
  }

  async #ask(): Promise<Outlook> {
    const askedAt = this.monotonic();
    const unused = new Map(this.#unused);
    this.#unused.clear();
    const portion = await this.budget.reserve(this.priority, this.#wanted, unused);
    const { granted, validMs, slot, closedMs, retryAfterMs } = portion;
    this.#left = portion.left;
    if (closedMs > 0) this.onClosed(closedMs);
    if (granted > 0) {
      this.#lots.push({ requests: granted, granted, slot, expiresAt: askedAt + validMs });
      this.#askAheadAt = granted < this.#wanted ? -1 : granted * ASK_AHEAD;
      this.#watchExpiry(validMs);
      // If it is used up before it expires, the next one may be larger.
      this.#wanted = Math.min(MOST_WANTED, this.#wanted * 2);
    }
    const now = this.monotonic();
    const askAt = now + Math.min(retryAfterMs, LONGEST_WAIT_MS);
    return this.#outlook = { askAt, roomAt: now + retryAfterMs };
  }

  #dropExpired(): void {
    const now = this.monotonic();
    for (let lot = this.#lots[0]; lot && lot.expiresAt <= now; lot = this.#lots[0]) {
      this.#lots.shift();
      this.#giveUp(lot);
      const used = lot.granted - lot.requests;
      this.#wanted = Math.max(FIRST_WANTED[this.priority], Math.min(this.#wanted, used));
    }
  }

  #giveUp({ slot, requests }: Lot): void {
    this.#unused.set(slot, (this.#unused.get(slot) ?? 0) + requests);
  }

  #count(): number {
    return this.#lots.reduce((sum, { requests }) => sum + requests, 0);
  }
}
