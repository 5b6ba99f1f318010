/**
 * How many requests may be in flight at once. Like the congestion window of TCP: one more after a few
 * quick answers, half as many when Oura is overloaded. A fixed number is a limit that never moves.
 */

import { Places } from "./places.ts";

/** How many requests at once: a number, or as many as Oura answers well. */
export type Concurrency = number | "auto";

/**
 * What the end of a request says about the load; null for nothing. `overloaded` (429) concerns the
 * whole app; `failed` may concern one wearer only.
 */
export type LoadSign = "answered" | "overloaded" | "failed" | null;

/** The limit before Oura has answered anything. */
const FIRST = 16;
/** At 300 ms an answer, the whole budget of five minutes is spent in one with so many. */
const MOST = 24;
/** Quick answers after which one request more may be in flight. */
const ANSWERS_TO_GROW = 3;
/** A slower answer does not raise the limit; in ms. */
const QUICK_MS = 2_000;

/** A request that has its place among those in flight. */
export interface InFlight {
  /** Gives the place back. Calling it again does nothing. */
  end(sign: LoadSign, ms: number): void;
}

/** A limit of requests in flight, fixed or adapting. */
export class RequestLimit {
  /** Never more than this at once. */
  readonly most: number;
  readonly #fixed: boolean;
  readonly #places: Places;
  readonly #watchers = new Set<() => void>();
  #current: number;
  #quickAnswers = 0;
  /**
   * Whether as many were in flight as may be since the limit last grew. Where they were not,
   * something else is waited for, such as the database, and more requests would only take memory.
   */
  #wasReached = false;
  /** Counts the reductions: what began before the last one says nothing about the load after it. */
  #reductions = 0;
  /** Counts requests and answers, to tell which came earlier. */
  #events = 0;
  /** When the latest answers to two wearers came, the latest first. */
  #answers: readonly { readonly wearer: object; readonly at: number }[] = [];
  /** When the first of a wearer's failures in a row was sent. */
  readonly #failing = new WeakMap<object, number>();

  /** @param first The limit before Oura has answered anything, where it adapts. */
  constructor(concurrency: Concurrency = "auto", first = FIRST) {
    this.#fixed = concurrency !== "auto";
    this.#places = new Places(this.#fixed);
    this.most = concurrency === "auto" ? MOST : concurrency;
    this.#current = concurrency === "auto" ? first : concurrency;
  }

  /** The limit of one wearer within that of all: it has no effect before a request fails. */
  ofWearer(): RequestLimit {
    return this.#fixed ? new RequestLimit(this.most) : new RequestLimit("auto", MOST);
  }

  /** How many requests may be in flight now. */
  get current(): number {
    return this.#current;
  }

  /** Calls `onRaise` whenever the limit grows, until disposed of. */
  watch(onRaise: () => void): Disposable {
    this.#watchers.add(onRaise);
    return { [Symbol.dispose]: () => this.#watchers.delete(onRaise) };
  }

  /**
   * Waits for a place among the requests in flight: urgent ones come first, then those of the wearer
   * who has fewest, then in the order of asking. A limit that adapts is shared: a wearer with more than
   * its share does not keep the others from theirs, so that for a while more may be in flight.
   * @param wearer The wearer of the request: failures of one wearer, while others are answered, do not
   * lower the limit of all.
   * @throws The reason of the signal, when it is aborted first.
   */
  async enter(signal?: AbortSignal, isUrgent = false, wearer: object = this): Promise<InFlight> {
    await this.#places.enter(wearer, isUrgent, () => this.#current, signal);
    if (this.#places.taken(this.#current) >= this.#current) this.#wasReached = true;
    const reductions = this.#reductions;
    const sentAt = ++this.#events;
    let isOver = false;
    return {
      end: (sign, ms) => {
        if (isOver) return;
        isOver = true;
        this.#places.end(wearer, sign === "answered");
        this.#learn(this.#judge(sign, wearer, sentAt), ms, reductions);
        this.#places.admit(this.#current);
      },
    };
  }

  /** A failure says nothing about the load if other wearers were answered since the first one. */
  #judge(sign: LoadSign, wearer: object, sentAt: number): LoadSign {
    if (sign === "answered") {
      const others = this.#answers.filter((each) => each.wearer !== wearer).slice(0, 1);
      this.#answers = [{ wearer, at: ++this.#events }, ...others];
      this.#failing.delete(wearer);
    }
    if (sign !== "failed") return sign;
    const since = this.#failing.get(wearer) ?? sentAt;
    this.#failing.set(wearer, since);
    const isAlone = this.#answers.some((each) => each.wearer !== wearer && each.at > since);
    return isAlone ? null : "overloaded";
  }

  #learn(sign: LoadSign, ms: number, reductions: number): void {
    if (this.#fixed || sign === null || reductions !== this.#reductions) return;
    if (sign === "overloaded") {
      this.#current = Math.max(1, Math.floor(this.#current / 2));
      this.#reductions++;
      this.#quickAnswers = 0;
    } else if (this.#wasReached && ms <= QUICK_MS && this.#current < this.most) {
      this.#quickAnswers++;
      if (this.#quickAnswers < ANSWERS_TO_GROW) return;
      this.#quickAnswers = 0;
      this.#current++;
      this.#wasReached = false;
      for (const onRaise of this.#watchers) onRaise();
    }
  }
}
