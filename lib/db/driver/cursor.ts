/** Results of any length, read a part at a time through a cursor of the server. */
import type { QueryResult, Row, StreamOptions } from "./database.ts";

/** Rows of one FETCH where the caller names no number. */
const DEFAULT_BATCH_ROWS = 1_000;

/** Runs one statement of an open transaction as it is. */
type RunStatement = <T extends Row>(
  sql: string,
  params?: readonly unknown[],
) => Promise<QueryResult<T>>;

/** Reads the results of one transaction through cursors, each with a name of its own. */
export class Cursors {
  #opened = 0;

  constructor(private readonly run: RunStatement) {}

  /**
   * Yields the rows of a query in batches. The first batch comes even when it is empty, so that the
   * names of the columns are known. The cursor is closed when the caller stops early.
   */
  async *stream<T extends Row>(
    sql: string,
    params: readonly unknown[] = [],
    { batchRows = DEFAULT_BATCH_ROWS }: StreamOptions = {},
  ): AsyncGenerator<QueryResult<T>, void> {
    const cursor = `"#cursor ${++this.#opened}"`;
    await this.run(`DECLARE ${cursor} NO SCROLL CURSOR FOR\n${sql}`, params);
    let failed = false;
    try {
      for (let isFirst = true;; isFirst = false) {
        const batch = await this.run<T>(`FETCH ${batchRows} FROM ${cursor}`);
        if (isFirst || batch.rows.length > 0) yield batch;
        if (batch.rows.length < batchRows) return;
      }
    } catch (error) {
      // A transaction in which a statement failed takes no CLOSE, and needs none.
      failed = true;
      throw error;
    } finally {
      if (!failed) await this.run(`CLOSE ${cursor}`);
    }
  }
}
