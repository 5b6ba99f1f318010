/**
 * Loads the batches of a window one after the other, each while the next one is read and transformed.
 * At most one is under way and one waits for it, whatever their number.
 */
export class LoadAhead implements AsyncDisposable {
  #underWay: Promise<void> = Promise.resolve();

  /** @param stop Aborted with the failure of a load: what is being read then is of no use. */
  constructor(private readonly stop: AbortController) {}

  /**
   * Begins a load as soon as the one before has ended.
   * @throws What that one threw.
   */
  async begin(load: () => Promise<void>): Promise<void> {
    await this.#underWay;
    this.#underWay = load();
    // It may fail while a page is awaited; the failure is met by the next call.
    this.#underWay.catch((error) => this.stop.abort(error));
  }

  /**
   * Waits until everything is loaded.
   * @throws What the last load threw.
   */
  async end(): Promise<void> {
    await this.#underWay;
  }

  /** Leaves no load under way, and throws nothing: what stopped the reading is the failure to tell. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#underWay.catch(() => {});
  }
}
