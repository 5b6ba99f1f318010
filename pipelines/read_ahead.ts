/**
 * Yields what `source` yields while the next item is already under way, so that one page is loaded
 * while another is fetched. At most one item is held.
 */
export async function* readAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const item = await next;
      if (item.done) return;
      next = source.next();
      yield item.value;
    }
  } finally {
    // The consumer stopped early: the item under way is of no use, nor is its failure.
    next.catch(() => {});
    await source.return(undefined).catch(() => {});
  }
}
