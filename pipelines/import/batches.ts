/** The rows of a file in portions, each loaded while the next one is read. */
import type { FileDocument } from "./file/documents.ts";

/** Rows in one transaction. */
const BATCH_ROWS = 10_000;
/** Characters in one transaction: nights and days by the minute are long. */
const BATCH_CHARACTERS = 1_000_000;

/**
 * Groups the rows of a file into batches for one transaction each. Samples of one instant stay
 * together: of several, the loader keeps the same one in whatever order they come.
 */
export async function* batchesOf(
  blocks: AsyncIterable<readonly FileDocument[]>,
  mostRows = BATCH_ROWS,
): AsyncGenerator<readonly FileDocument[]> {
  let batch: FileDocument[] = [];
  let size = 0;
  for await (const block of blocks) {
    for (const document of block) {
      const isFull = batch.length >= mostRows || size >= BATCH_CHARACTERS;
      if (isFull && !isOfOneInstant(batch.at(-1)!, document)) {
        yield batch;
        batch = [];
        size = 0;
      }
      batch.push(document);
      size += document.size;
    }
  }
  if (batch.length > 0) yield batch;
}

/** Documents without an instant, such as nights, never share one. */
function isOfOneInstant({ document: a }: FileDocument, { document: b }: FileDocument): boolean {
  const instant = a?.timestamp ?? null;
  return instant !== null && instant === b?.timestamp;
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
