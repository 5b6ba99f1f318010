/** How often an address may ask: a link cannot be guessed, but a flood would keep others out. */

/** Counts requests in fixed windows. */
export class AddressLimit {
  #counts = new Map<string, number>();
  #until = 0;

  /**
   * @param most Requests of one address within a window.
   * @param windowMs Milliseconds of a window.
   * @param mostAddresses Above it all addresses share one count, so that memory stays bounded.
   */
  constructor(
    private readonly most: number,
    private readonly windowMs: number,
    private readonly mostAddresses = 10_000,
  ) {}

  /**
   * Counts a request.
   * @returns Seconds to wait, when it is one too many; else 0.
   */
  secondsToWait(address: string, now: number): number {
    if (now >= this.#until) {
      this.#counts.clear();
      this.#until = now + this.windowMs;
    }
    const isNew = !this.#counts.has(address);
    const key = isNew && this.#counts.size >= this.mostAddresses ? "others" : address;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count > this.most ? Math.ceil((this.#until - now) / 1000) : 0;
  }
}
