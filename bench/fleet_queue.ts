/** A queue with at most one job per wearer, first come, first served. */

/** A job that a worker takes. */
export interface QueuedJob {
  readonly wearer: number;
  /** Second at which it came due. */
  readonly dueAt: number;
  readonly requests: number;
}

/** Jobs that wait for a worker, by their wearers. */
export class JobQueue {
  readonly #requests: Uint32Array;
  readonly #dueAt: Uint32Array;
  #order: number[] = [];
  #first = 0;

  constructor(wearers: number) {
    this.#requests = new Uint32Array(wearers);
    this.#dueAt = new Uint32Array(wearers);
  }

  /** Jobs that wait. */
  get length(): number {
    return this.#order.length - this.#first;
  }

  /** Adds requests of a wearer. Returns whether that made a job: one that waits takes them along. */
  add(wearer: number, second: number, requests: number): boolean {
    const isNew = this.#requests[wearer] === 0;
    this.#requests[wearer]! += requests;
    if (!isNew) return false;
    this.#dueAt[wearer] = second;
    this.#order.push(wearer);
    return true;
  }

  /** Takes the job that waited longest. */
  take(): QueuedJob | undefined {
    const wearer = this.#order[this.#first];
    if (wearer === undefined) return undefined;
    this.#first++;
    if (this.#first > 100_000) {
      this.#order = this.#order.slice(this.#first);
      this.#first = 0;
    }
    const requests = this.#requests[wearer]!;
    this.#requests[wearer] = 0;
    return { wearer, dueAt: this.#dueAt[wearer]!, requests };
  }
}
