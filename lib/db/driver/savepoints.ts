import type { Queryable } from "./database.ts";

/** The savepoints of one transaction, each with a name of its own. */
export class Savepoints {
  private count = 0;

  constructor(private readonly tx: Pick<Queryable, "exec">) {}

  /** Runs `body` behind a new savepoint: a failure undoes only what `body` did, and is rethrown. */
  async run<T>(body: () => Promise<T>): Promise<T> {
    const name = `s${++this.count}`;
    await this.tx.exec(`SAVEPOINT ${name}`);
    try {
      const result = await body();
      await this.tx.exec(`RELEASE SAVEPOINT ${name}`);
      return result;
    } catch (error) {
      await this.tx.exec(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`);
      throw error;
    }
  }
}
