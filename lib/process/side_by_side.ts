/** Work on many things, a few at a time. */

/** What became of each thing, in their order; undefined where nothing was begun, or it threw. */
export interface SideBySide<Result> {
  readonly results: readonly (Result | undefined)[];
  /** What was thrown, the first first. */
  readonly thrown: readonly unknown[];
}

/**
 * Runs `work` on all items, `most` of them at once, begun in their order. After something was thrown,
 * or as soon as `isOver` says so, nothing further is begun; what is under way comes to its own end.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
  isOver: (last: Result) => boolean,
): Promise<SideBySide<Result>> {
  const results: (Result | undefined)[] = items.map(() => undefined);
  const thrown: unknown[] = [];
  const left = [...items.entries()];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, item] = next;
      try {
        const result = await work(item);
        results[index] = result;
        if (isOver(result)) left.length = 0;
      } catch (error) {
        thrown.push(error);
        left.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return { results, thrown };
}
