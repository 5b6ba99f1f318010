/** A map that forgets what was not used lately: generated days are kept while they are being paged. */
export class Cache<Key, Value> {
  readonly #entries = new Map<Key, Value>();

  /** @param limit How many entries are kept. */
  constructor(readonly limit: number) {}

  /** The kept value, or the made one, which is then kept. */
  get(key: Key, make: () => Value): Value {
    let value = this.#entries.get(key);
    if (value === undefined) {
      value = make();
      if (this.#entries.size >= this.limit) {
        const oldest = this.#entries.keys().next();
        if (!oldest.done) this.#entries.delete(oldest.value);
      }
    } else {
      this.#entries.delete(key);
    }
    this.#entries.set(key, value);
    return value;
  }
}
