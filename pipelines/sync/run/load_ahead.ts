/**
 * Loads the batches of a window one after the other, each while the next one is read and transformed.
 * At most one is under way and one waits for it, whatever their number.
 */
export class LoadAhead implements AsyncDisposable {
  #underWay: Promise<void> = Promise.resolve();

  /** @param stop Aborted with the failure of a load: reading further is of no use. */
  constructor(private readonly stop: AbortController) {}

  /**
   * Begins a load as soon as the one before has ended.
   * @throws The failure of the one before.
   */
  async begin(load: () => Promise<void>): Promise<void> {
    await this.#underWay;
    this.#underWay = load();
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
