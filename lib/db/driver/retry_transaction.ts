import pRetry from "p-retry";
import type { Database, Queryable, Transaction } from "./database.ts";
import { SqlError } from "./errors/errors.ts";

/** How often and how patiently a transaction is tried again. */
export interface RetryOptions {
  /**
   * Attempts after the first one. The default outlasts a restart of the server, and the 15 s for
   * which PgBouncer then refuses to look for it (`server_login_retry`): 21 to 26 s.
   */
  retries?: number;
  /** Wait before the second attempt, in milliseconds; doubled each time, to five seconds at most. */
  firstDelayMs?: number;
  /** Which of the failures that may pass are waited for. @default All */
  when?: (error: SqlError) => boolean;
  /** Ends the waiting when the run is being stopped. */
  signal?: AbortSignal | undefined;
}

const LONGEST_DELAY_MS = 5_000;

/**
 * Databases that stayed away through a whole round of attempts. The next caller asks once: one
 * outage is waited out once, and not again for every record that a run would still like to write.
 */
const gone = new WeakSet<Database>();

/**
 * Runs a whole transaction again when its connection was lost, or when it lost against another one
 * (deadlock, serialization). A connection lost during COMMIT leaves open whether it happened, so
 * `body` must be safe to run twice: upserts, not counters.
 */
export function retryTransaction<T>(
  db: Database,
  body: (tx: Transaction) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  return retry(db, () => db.transaction(body), options);
}

/** The same for one statement, which is a transaction of its own: a third of the round trips. */
export function retryStatement<T>(
  db: Database,
  statement: (db: Queryable) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  return retry(db, () => statement(db), options);
}

async function retry<T>(
  db: Database,
  work: () => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  let committed: { result: T } | undefined;
  const attempt = async () => {
    committed = { result: await work() };
    return committed;
  };
  const { when = () => true } = options;
  try {
    const { result } = await pRetry(attempt, {
      retries: options.retries ?? 8,
      minTimeout: options.firstDelayMs ?? 200,
      maxTimeout: LONGEST_DELAY_MS,
      factor: 2,
      randomize: true,
      ...(options.signal ? { signal: options.signal } : {}),
      shouldRetry: ({ error }) =>
        error instanceof SqlError && error.retryable && when(error) &&
        !(gone.has(db) && isOutage(error)),
    });
    gone.delete(db);
    return result;
  } catch (error) {
    // A signal that came during the last attempt does not undo it.
    if (committed) return committed.result;
    if (isOutage(error)) gone.add(db);
    throw error;
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof SqlError &&
    (error.code === "DATABASE_CONNECTION_LOST" || error.code === "DATABASE_UNREACHABLE");
}
