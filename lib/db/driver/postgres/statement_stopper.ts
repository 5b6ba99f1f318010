/**
 * Ends statements that keep a run from stopping: one that waits for a lock would wait as long as the
 * lock is held. The server is asked to cancel it (PostgreSQL's CancelRequest, which poolers pass on
 * too); where that does not help, the connection is cut.
 */
import type { Connected } from "./connected.ts";
import { CANCELLED, SqlError } from "../errors/errors.ts";
import { requestCancel } from "./wire.ts";

/** A statement may take this long after the stop, and again after the request to cancel it. */
const PATIENCE_MS = 1_000;

/** Watches the connections of one pool. */
export class StatementStopper {
  #reason: unknown = null;
  /** Whether a connection was cut, after which a lost connection is no outage. */
  #hasCut = false;

  /** @param busy The connections in use. */
  constructor(private readonly busy: ReadonlySet<Connected>) {}

  /** From the moment `signal` is aborted, no statement goes on for long; until disposed of. */
  watch(signal: AbortSignal): Disposable {
    let timer: ReturnType<typeof setInterval> | undefined;
    const begin = () => {
      this.#reason = signal.reason;
      const asked = new Set<object>();
      let seen = this.#statements();
      timer = setInterval(() => {
        for (const client of this.busy) {
          const statement = client._activeQuery;
          if (statement === null || !seen.has(statement)) continue;
          if (asked.has(statement)) this.#cut(client);
          else requestCancel(client);
          asked.add(statement);
        }
        seen = this.#statements();
      }, PATIENCE_MS);
    };
    if (signal.aborted) begin();
    else signal.addEventListener("abort", begin, { once: true });
    return {
      [Symbol.dispose]: () => {
        signal.removeEventListener("abort", begin);
        clearInterval(timer);
        this.#reason = null;
        this.#hasCut = false;
      },
    };
  }

  /** The reason of the stop, where that is why a statement failed; else the failure itself. */
  explain(failure: unknown): unknown {
    if (this.#reason === null || !(failure instanceof SqlError)) return failure;
    const isOurs = failure.sqlState === CANCELLED ||
      (this.#hasCut && failure.code === "DATABASE_CONNECTION_LOST");
    return isOurs ? this.#reason : failure;
  }

  #statements(): ReadonlySet<object> {
    return new Set([...this.busy].flatMap(({ _activeQuery }) => _activeQuery ?? []));
  }

  #cut(client: Connected): void {
    this.#hasCut = true;
    client.end().catch(() => {});
  }
}
