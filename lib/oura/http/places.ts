/**
 * Who is in flight, and who is next. Several wearers share the places: who has fewest goes first, and
 * a wearer with more than its share keeps no other one waiting, so that one whose requests Oura does
 * not answer delays only itself.
 */

/** Answers to others after which a wearer that gets none no longer counts: a round of all places. */
const PASSED = 24;

/** A request that waits for a place. */
interface Waiting {
  readonly isUrgent: boolean;
  /** Counts the requests of all wearers. */
  readonly number: number;
  admit(): void;
}

/** A wearer with requests in flight or waiting. */
interface Present {
  inFlight: number;
  /** In the order of asking. */
  readonly waiting: Waiting[];
  /** How many answers there had been when its latest request ended, or its first one began. */
  passedAt: number;
}

/** A wearer, and which of its requests would be next. */
interface Candidate {
  readonly present: Present;
  readonly first: Waiting;
}

/** The places of all wearers. */
export class Places {
  readonly #present = new Map<object, Present>();
  #asked = 0;
  #answers = 0;

  /** @param isStrict Whether the limit holds whatever the share of a wearer is. */
  constructor(private readonly isStrict: boolean) {}

  /** How many places count: what is not answered, and what is beyond a share, is in no other wearer's way. */
  taken(limit: number): number {
    const share = this.#share(limit);
    return this.#sum((each) => Math.min(each.inFlight, share));
  }

  /**
   * Takes a place, as soon as there is one.
   * @throws The reason of `signal`, when it is aborted first.
   */
  async enter(
    wearer: object,
    isUrgent: boolean,
    limit: () => number,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const present = this.#of(wearer);
    const leave = () => {
      present.waiting.splice(present.waiting.indexOf(waiting), 1);
      this.#tidy(wearer);
      reject(signal!.reason);
      this.admit(limit());
    };
    const admit = () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    };
    const waiting = { isUrgent, number: ++this.#asked, admit };
    signal?.addEventListener("abort", leave, { once: true });
    present.waiting.push(waiting);
    this.admit(limit());
    await promise;
  }

  /** Gives a place back. */
  end(wearer: object, isAnswer: boolean): void {
    const present = this.#of(wearer);
    if (isAnswer) this.#answers++;
    present.inFlight--;
    present.passedAt = this.#answers;
    this.#tidy(wearer);
  }

  /** Lets in who may be in flight now: urgent requests first, then those of who has fewest. */
  admit(limit: number): void {
    for (let next = this.#next(limit); next; next = this.#next(limit)) {
      const { present, first } = next;
      present.waiting.splice(present.waiting.indexOf(first), 1);
      if (present.inFlight === 0) present.passedAt = this.#answers;
      present.inFlight++;
      first.admit();
    }
  }

  #next(limit: number): Candidate | undefined {
    let next: Candidate | undefined;
    for (const present of this.#present.values()) {
      const first = present.waiting.find(({ isUrgent }) => isUrgent) ?? present.waiting[0];
      if (first === undefined || !this.#mayEnter(present, limit)) continue;
      const each = { present, first };
      if (next === undefined || compare(each, next) < 0) next = each;
    }
    return next;
  }

  #mayEnter(present: Present, limit: number): boolean {
    // Who is not answered gets no more than it has while others need the places.
    if (this.isStrict || this.#isStalled(present)) return this.#inFlight() < limit;
    if (present.inFlight < this.#share(limit)) return this.taken(limit) < limit;
    return this.#sum(({ inFlight }) => inFlight) < limit;
  }

  #inFlight(): number {
    return [...this.#present.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  /** The places of each wearer, if all want many. */
  #share(limit: number): number {
    return Math.max(1, Math.floor(limit / Math.max(1, this.#sum(() => 1))));
  }

  /** Of the wearers whose requests are answered. */
  #sum(of: (present: Present) => number): number {
    let sum = 0;
    for (const each of this.#present.values()) if (!this.#isStalled(each)) sum += of(each);
    return sum;
  }

  #isStalled({ inFlight, passedAt }: Present): boolean {
    return inFlight > 0 && this.#answers - passedAt > PASSED;
  }

  #of(wearer: object): Present {
    const known = this.#present.get(wearer);
    if (known) return known;
    const present = { inFlight: 0, waiting: [], passedAt: this.#answers };
    this.#present.set(wearer, present);
    return present;
  }

  #tidy(wearer: object): void {
    const { inFlight, waiting } = this.#of(wearer);
    if (inFlight + waiting.length === 0) this.#present.delete(wearer);
  }
}

/** Who comes first: below zero when it is `a`. */
function compare(a: Candidate, b: Candidate): number {
  return Number(b.first.isUrgent) - Number(a.first.isUrgent) ||
    a.present.inFlight - b.present.inFlight || a.first.number - b.first.number;
}
