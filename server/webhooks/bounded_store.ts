/** Storing within a time, whatever the database does. */
import type { Database, Transaction } from "../../lib/db/driver/database.ts";
import { retryTransaction } from "../../lib/db/driver/retry_transaction.ts";

/** How long statements that outlive their answer are ended: a few seconds are enough for each. */
const ENDING_MS = 10_000;

/** A transaction under way. */
export interface BoundedStore<T> {
  /** What it returned; rejects when it failed or took too long. */
  readonly answer: Promise<T>;
  /** Resolves when the database is done with it, which may be later. Never rejects. */
  readonly settled: Promise<void>;
}

/**
 * Runs a transaction, again while the database is away for a moment. After `ms` the answer is no: a
 * statement that still waits is cancelled, and may yet commit. So `body` must be safe to repeat.
 */
export function storeWithin<T>(
  db: Database,
  ms: number,
  body: (tx: Transaction) => Promise<T>,
): BoundedStore<T> {
  const late = new AbortController();
  const { signal } = late;
  let stopping: Disposable | undefined;
  const release = () => {
    clearTimeout(timer);
    stopping?.[Symbol.dispose]();
  };
  let timer = setTimeout(() => {
    late.abort(new DOMException("the database did not store in time", "TimeoutError"));
    stopping = db.endStatementsOn?.(signal);
    // What waits for a connection of a pool that was closed never settles: it must not keep the process.
    timer = setTimeout(release, ENDING_MS);
  }, ms);
  const work = retryTransaction(db, (tx) => {
    signal.throwIfAborted();
    return body(tx);
  }, { signal, firstDelayMs: 100 });
  const settled = work.then(() => {}, () => {}).then(release);
  const tooLate = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return { answer: Promise.race([work, tooLate]), settled };
}
