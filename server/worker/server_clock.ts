/**
 * The clock of the database server. What is due is decided by one clock for all workers: a worker whose
 * own clock is ahead would sync wearers before their time, and one that is behind would make them due
 * again.
 */
import type { Queryable } from "../../lib/db/driver/database.ts";

/** Reads the server's clock now and then, and goes on by the monotonic clock in between. */
export class ServerClock {
  #atZero = 0;

  /**
   * Reads the clock.
   * @throws {DatabaseError} When the database is away; the clock then goes on.
   */
  async read(db: Queryable): Promise<void> {
    const asked = performance.now();
    const { rows } = await db.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    this.#atZero = rows[0]!.now.getTime() - (asked + performance.now()) / 2;
  }

  /** The present of the server. */
  readonly now = (): Date => new Date(this.#atZero + performance.now());
}
