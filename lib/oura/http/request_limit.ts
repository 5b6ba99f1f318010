/**
 * How many requests may be in flight at once. Like the congestion window of TCP: one more after a few
 * quick answers, half as many when Oura is overloaded. A fixed number is a limit that never moves.
 */

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

/** A request that waits for a place. */
interface Waiting {
  readonly isUrgent: boolean;
  admit(): void;
}

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
  readonly #waiting: Waiting[] = [];
  readonly #watchers = new Set<() => void>();
  #current: number;
  #inFlight = 0;
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
   * Waits for a place among the requests in flight, in the order of asking; urgent ones come first.
   * @param wearer The wearer of the request: failures of one wearer, while others are answered, do not
   * lower the limit of all.
   * @throws The reason of the signal, when it is aborted first.
   */
  async enter(signal?: AbortSignal, isUrgent = false, wearer: object = this): Promise<InFlight> {
    signal?.throwIfAborted();
    if (this.#inFlight >= this.#current || this.#waiting.length > 0) {
      await this.#turn(signal, isUrgent);
    } else this.#take();
    const reductions = this.#reductions;
    const sentAt = ++this.#events;
    let isOver = false;
    return {
      end: (sign, ms) => {
        if (isOver) return;
        isOver = true;
        this.#inFlight--;
        this.#learn(this.#judge(sign, wearer, sentAt), ms, reductions);
        this.#admit();
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

  /** The place is taken by {@linkcode #admit}, so that no other request can take it in between. */
  #turn(signal: AbortSignal | undefined, isUrgent: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      reject(signal!.reason);
    };
    const admit = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    const waiting = { isUrgent, admit };
    signal?.addEventListener("abort", leave, { once: true });
    const firstOfTheOthers = this.#waiting.findIndex((each) => !each.isUrgent);
    if (isUrgent && firstOfTheOthers >= 0) this.#waiting.splice(firstOfTheOthers, 0, waiting);
    else this.#waiting.push(waiting);
    return promise;
  }

  #take(): void {
    this.#inFlight++;
    if (this.#inFlight >= this.#current) this.#wasReached = true;
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.#current) {
      this.#take();
      this.#waiting.shift()!.admit();
    }
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
