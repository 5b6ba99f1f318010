/**
 * More gained nothing where server and program share two processors: the loads waited for each other,
 * and the program for them.
 */
const MOST_LOADS = 3;

/**
 * The loads of all windows of a run that may be under way. A window that waits here holds one full
 * batch, and begins no second one.
 */
export class LoadPlaces {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param connections Those that this run can use at once: it has no more places than these. */
  constructor(connections: number) {
    this.#free = Math.min(connections, MOST_LOADS);
  }

  /** Whether the next load would have to wait. */
  get areTaken(): boolean {
    return this.#free === 0;
  }

  /** Takes a place, as soon as there is one. */
  async enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((admit) => this.#waiting.push(admit));
  }

  /** Gives the place to the window that has waited longest. */
  leave(): void {
    const admit = this.#waiting.shift();
    if (admit) admit();
    else this.#free++;
  }
}

/**
 * Loads the batches of a window one after the other, each while the next one is read and transformed.
 * At most one is under way and one waits for it, whatever their number.
 */
export class LoadAhead implements AsyncDisposable {
  #underWay: Promise<void> = Promise.resolve();

  /** @param stop Aborted with the failure of a load: reading further is of no use. */
  constructor(private readonly stop: AbortController, private readonly places: LoadPlaces) {}

  /**
   * Begins a load as soon as the one before has ended and there is a place.
   * @param load Called at once then.
   * @throws The failure of the one before.
   */
  async begin(load: () => Promise<void>): Promise<void> {
    await this.#underWay;
    await this.places.enter();
    this.#underWay = load().finally(() => this.places.leave());
    // It may fail while a page is awaited; the next call throws the failure.
    this.#underWay.catch((error) => this.stop.abort(error));
  }

  /**
   * Waits until everything is loaded.
   * @throws The failure of the last load.
   */
  async end(): Promise<void> {
    await this.#underWay;
  }

  /** Waits for the running load, and throws nothing: the failure that stopped the reading is reported. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#underWay.catch(() => {});
  }
}
