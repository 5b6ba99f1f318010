/**
 * Ends statements that keep a run from stopping: one that waits for a lock would wait as long as the
 * lock is held. The server is asked to cancel it (PostgreSQL's CancelRequest, which poolers pass on
 * too); where that does not help, the connection is cut.
 */
import pg from "pg";
import type { Connected } from "./connected.ts";
import { CANCELLED, SqlError } from "../errors/errors.ts";

/** A statement may take this long after the stop, and again after the request to cancel it. */
const PATIENCE_MS = 1_000;

/** What the driver's types leave out of its wire protocol. */
interface Wire {
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

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
          else cancel(client);
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

/** Asks over a connection of its own, as secure as the first one. Nothing is answered. */
function cancel({ host, port, ssl, processID, secretKey }: Connected): void {
  const connection = new pg.Connection(ssl ? { ssl } : {});
  const wire = connection as unknown as Wire;
  const ask = () => wire.cancel(processID, secretKey);
  connection.on("connect", () => ssl ? wire.requestSsl() : ask());
  connection.on("sslconnect", ask);
  // The next step is to cut the connection, whether or not this one could be made.
  connection.on("error", () => connection.stream.destroy());
  if (host.startsWith("/")) wire.connect(`${host}/.s.PGSQL.${port}`);
  else wire.connect(port, host);
}
