/** A limit for each remote: a flood from one must not keep the others out. */

/** Remotes that are remembered: an attacker with many addresses must not fill the memory. */
const MOST_REMOTES = 10_000;

/** How many calls of each remote are accepted: a number at once, and so many each second after that. */
export class RemoteLimit {
  readonly #remotes = new Map<string, { left: number; at: number }>();

  constructor(private readonly burst: number, private readonly perSecond: number) {}

  /** Seconds until a call of the remote is accepted again; 0 when this one is. */
  waitSeconds(remote: string, now: number): number {
    const left = this.#left(remote, now);
    return left >= 1 ? 0 : Math.ceil((1 - left) / this.perSecond);
  }

  /** Counts a call. */
  count(remote: string, now: number): void {
    const left = this.#left(remote, now) - 1;
    // The least recent one comes first in the map.
    this.#remotes.delete(remote);
    this.#remotes.set(remote, { left, at: now });
    if (this.#remotes.size <= MOST_REMOTES) return;
    this.#remotes.delete(this.#remotes.keys().next().value!);
  }

  #left(remote: string, now: number): number {
    const known = this.#remotes.get(remote);
    if (known === undefined) return this.burst;
    // A clock that was set back must not let a remote wait until it has caught up.
    if (now < known.at) return this.burst;
    const earned = (now - known.at) / 1000 * this.perSecond;
    return Math.min(this.burst, known.left + earned);
  }
}
