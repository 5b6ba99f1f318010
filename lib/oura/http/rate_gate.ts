/** One gate for all requests of the process: when Oura says wait, all of them wait. */
import { type Sleep, sleep } from "../../process/sleep.ts";
import { RateLimitedError } from "../errors.ts";
import { LentRequests } from "./lent_requests.ts";
import type { Priority, RateBudget } from "./rate_budget.ts";

/** Options of {@linkcode RateGate}. */
export interface RateGateOptions {
  /** The longest wait, in ms, that is still waited. @default 900_000 */
  patienceMs?: number;
  /** @default sleep */
  sleep?: Sleep;
  /** A clock that never jumps, in ms. @default performance.now */
  monotonic?: () => number;
  /** Called for every wait, for the log. */
  onWait?: (ms: number) => void;
  /** What the app may ask of Oura, shared with other processes. @default No limit */
  budget?: RateBudget;
}

/**
 * Holds all requests back after a 429, and while the budget of the app has nothing to lend. Kept on
 * the monotonic clock, so that a jump of the wall clock neither frees nor freezes it.
 *
 * A request waits until the gate {@linkcode RateGate.opens | opens}, then {@linkcode RateGate.take takes}
 * its place: the two are apart, so that a request that waits for minutes holds nothing that others need.
 */
export class RateGate implements AsyncDisposable {
  readonly patienceMs: number;
  readonly #sleep: Sleep;
  readonly #monotonic: () => number;
  readonly #onWait: (ms: number) => void;
  readonly #budget: RateBudget | undefined;
  readonly #lent = new Map<Priority, LentRequests>();
  #openAt = 0;
  /** Until when the log knows that requests wait. */
  #toldUntil = 0;
  #telling: Promise<unknown> = Promise.resolve();

  constructor(options: RateGateOptions = {}) {
    this.patienceMs = options.patienceMs ?? 900_000;
    this.#sleep = options.sleep ?? sleep;
    this.#monotonic = options.monotonic ?? (() => performance.now());
    this.#onWait = options.onWait ?? (() => {});
    this.#budget = options.budget;
  }

  /** The gate's clock, in ms from an arbitrary start. */
  now(): number {
    return this.#monotonic();
  }

  /**
   * Closes the gate for `ms` milliseconds from now; a longer wait that is already in effect stays.
   * @throws {RateLimitedError} When that is longer than the patience.
   */
  close(ms: number): void {
    if (ms > this.patienceMs) throw new RateLimitedError(ms, this.patienceMs);
    this.#openAt = Math.max(this.#openAt, this.#monotonic() + ms);
  }

  /**
   * Closes the gate for the whole app, because Oura limits its rate (429).
   * @throws {RateLimitedError} When that is longer than the patience.
   */
  closeForAll(ms: number): void {
    // Where this cannot be told, the next reservation fails for the same reason.
    const told = this.#budget?.close(ms).catch(() => {});
    this.#telling = Promise.all([this.#telling, told]);
    this.close(ms);
  }

  /** Reserves the first requests ahead, so that the first one need not wait for it. */
  prepare(priority: Priority): void {
    this.#lentFor(priority)?.refill().catch(() => {});
  }

  /**
   * Resolves when the gate is open and there is a request to take.
   * @throws {RateLimitedError} When Oura asked another process to wait for longer than the patience.
   * @throws What the budget throws when it cannot be asked.
   */
  async opens(priority: Priority, signal?: AbortSignal): Promise<void> {
    const lent = this.#lentFor(priority);
    for (;;) {
      signal?.throwIfAborted();
      const wait = this.#openAt - this.#monotonic();
      if (wait > this.patienceMs) throw new RateLimitedError(wait, this.patienceMs);
      if (wait > 0) await this.#wait(wait, this.#openAt, signal);
      else if (lent === null || lent.has()) return;
      else {
        const { askAt, roomAt } = await lent.refill();
        const now = this.#monotonic();
        const isOpen = now >= this.#openAt;
        if (isOpen && !lent.has() && askAt > now) await this.#wait(askAt - now, roomAt, signal);
      }
    }
  }

  /** Takes the place of one request, if the gate is open; to be sent at once. */
  take(priority: Priority): boolean {
    if (this.#openAt > this.#monotonic()) return false;
    return this.#lentFor(priority)?.take() ?? true;
  }

  /** Gives back what was reserved and not used. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#telling;
    await Promise.all([...this.#lent.values()].map((lent) => lent.close()));
  }

  #lentFor(priority: Priority): LentRequests | null {
    if (this.#budget === undefined) return null;
    const known = this.#lent.get(priority);
    if (known) return known;
    const hold = (ms: number) => {
      this.#openAt = Math.max(this.#openAt, this.#monotonic() + ms);
    };
    const lent = new LentRequests(this.#budget, priority, this.#monotonic, hold);
    this.#lent.set(priority, lent);
    return lent;
  }

  /** @param until The end of the whole wait, of which this may be a part: the log hears of it once. */
  async #wait(ms: number, until: number, signal: AbortSignal | undefined): Promise<void> {
    if (until > this.#toldUntil + 1_000) {
      this.#toldUntil = until;
      this.#onWait(until - this.#monotonic());
    }
    await this.#sleep(ms, signal);
  }
}
