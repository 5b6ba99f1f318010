/** One budget for all requests of the process: when Oura says wait, everybody waits. */
import { type Sleep, sleep } from "../../process/sleep.ts";
import { RateLimitedError } from "../errors.ts";

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
  /** Requests let through in any span of so many ms, to leave some to others. @default no limit */
  budget?: { requests: number; perMs: number };
}

/**
 * Holds all requests back after a 429. Kept on the monotonic clock, so that a jump of the wall clock
 * neither frees nor freezes it.
 */
export class RateGate {
  readonly patienceMs: number;
  readonly #sleep: Sleep;
  readonly #monotonic: () => number;
  readonly #onWait: (ms: number) => void;
  readonly #budget: RateGateOptions["budget"];
  /** When the requests of the current span passed, oldest first; kept only under a budget. */
  readonly #passed: number[] = [];
  #openAt = 0;

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

  /** Resolves when the gate is open and the budget has room. */
  async pass(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#monotonic();
      const wait = Math.max(this.#openAt, this.#affordableAt(now)) - now;
      if (wait <= 0) {
        if (this.#budget) this.#passed.push(now);
        return;
      }
      this.#onWait(wait);
      await this.#sleep(wait, signal);
    }
  }

  /** When the budget has room for another request. */
  #affordableAt(now: number): number {
    if (!this.#budget) return now;
    const { requests, perMs } = this.#budget;
    const current = this.#passed.findIndex((passedAt) => passedAt > now - perMs);
    this.#passed.splice(0, current === -1 ? this.#passed.length : current);
    return this.#passed.length < requests ? now : this.#passed[0]! + perMs;
  }
}
