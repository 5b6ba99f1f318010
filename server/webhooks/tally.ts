/** What a receiver was called with, counted: for the log, and for the metrics. */
import { loggerOf } from "../../lib/log/log.ts";

/** Calls and events since the process began. */
export interface ReceiverCounts {
  /** Events with a good signature that were stored or were there already. */
  received: number;
  /** Of these, the ones that were there already. */
  duplicate: number;
  /** Of these, the ones kept until their wearer signs in. */
  aside: number;
  /** Of these, the ones of a kind that the program does not know. */
  ignored: number;
  /** Calls without a good signature or token. */
  forged: number;
  /** Signed calls with a stamp that is too old or too new. */
  stale: number;
  /** Signed calls with a body that is no event, or another one than the address says. */
  unreadable: number;
  /** Calls refused by a limit. */
  refused: number;
  /** Calls whose events could not be stored in time. */
  unstored: number;
}

const LINE_MS = 60_000;
const log = loggerOf("webhooks");

/** Counts, and writes a line about the events of each minute: their types, never an id. */
export class Tally {
  readonly counts: ReceiverCounts = {
    received: 0,
    duplicate: 0,
    aside: 0,
    ignored: 0,
    forged: 0,
    stale: 0,
    unreadable: 0,
    refused: 0,
    unstored: 0,
  };
  readonly #types = new Map<string, number>();
  readonly #warned = new Map<string, number>();
  #since = -Infinity;

  /** @param now Milliseconds. */
  constructor(private readonly now: () => number = Date.now) {}

  /** Counts calls or events. */
  add(kind: keyof ReceiverCounts, more = 1): void {
    this.counts[kind] += more;
  }

  /** Counts the types of events, and writes the line when it is time. */
  addTypes(types: readonly string[]): void {
    for (const type of types) this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    if (this.now() - this.#since >= LINE_MS) this.flush();
  }

  /** Warns of something once a minute at most, however often it happens. */
  warn(what: string, message: string, properties: Record<string, unknown>): void {
    if (this.now() - (this.#warned.get(what) ?? -Infinity) < LINE_MS) return;
    this.#warned.set(what, this.now());
    log.warn(message, properties);
  }

  /** Writes the line about the events since the last one, where there were any. */
  flush(): void {
    if (this.#types.size === 0) return;
    this.#since = this.now();
    const types = [...this.#types].map(([type, count]) => `${type} ${count}`).sort().join(", ");
    this.#types.clear();
    log.info("Received webhook events: {types}", { types });
  }
}
