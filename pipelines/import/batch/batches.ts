/** The rows of a file in portions, each loaded while the next one is read. */
import type { DocumentFile } from "../file/documents.ts";
import type { RowBatch, RowReader } from "./read_rows.ts";

/** Rows in one transaction. */
const BATCH_ROWS = 10_000;
/** Characters in one transaction: nights and days by the minute are long. */
const BATCH_CHARACTERS = 1_000_000;
/** Samples of one instant that a full batch still takes: a file of nothing else must not be one batch. */
const MOST_OF_ONE_INSTANT = 1_000;

/**
 * Groups the rows of a file into batches for one transaction each. Samples of one instant stay
 * together: of several, the loader keeps the same one in whatever order they come.
 */
export async function* batchesOf(
  { rows, read }: Pick<DocumentFile, "rows" | "read">,
  reader: RowReader,
  mostRows = BATCH_ROWS,
): AsyncGenerator<RowBatch> {
  let batch = reader.newBatch();
  /** Documents without an instant, such as nights, never share one. */
  let instant: unknown = null;
  let more = 0;
  for await (const block of rows) {
    for (const row of block) {
      const file = read(row);
      const next = file.document?.timestamp ?? null;
      if (isFull(batch, mostRows)) {
        const belongs = next !== null && next === instant && more++ < MOST_OF_ONE_INSTANT;
        if (!belongs) {
          yield batch;
          batch = reader.newBatch();
          more = 0;
        }
      }
      reader.take(batch, file);
      instant = next;
    }
  }
  if (batch.lines > 0) yield batch;
}

function isFull({ lines, characters }: RowBatch, mostRows: number): boolean {
  return lines >= mostRows || characters >= BATCH_CHARACTERS;
}

/** Handles one batch after the other, each while the next one is read. */
export async function whileReading<T>(
  batches: AsyncIterable<T>,
  handle: (batch: T) => Promise<void>,
): Promise<void> {
  let handled = Promise.resolve();
  try {
    for await (const batch of batches) {
      await handled;
      handled = handle(batch);
      // The next `await` throws its failure.
      handled.catch(() => {});
    }
  } finally {
    await handled;
  }
}
