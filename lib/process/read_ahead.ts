/**
 * Yields what `source` yields while the next item is already under way, so that one page is loaded
 * while another is fetched. At most one item is held.
 * @param stop Aborted when the consumer stops early: what is under way may wait for minutes.
 */
export async function* readAhead<T>(
  source: AsyncGenerator<T>,
  stop?: AbortController,
): AsyncGenerator<T> {
  const fetchNext = () => {
    const next = source.next();
    // It may fail while the consumer still works on the previous item and nothing awaits it yet;
    // the failure is met below.
    next.catch(() => {});
    return next;
  };
  let next = fetchNext();
  try {
    for (;;) {
      const item = await next;
      if (item.done) return;
      next = fetchNext();
      yield item.value;
    }
  } finally {
    // Where the consumer stopped early, the item under way is of no use.
    stop?.abort();
    await source.return(undefined).catch(() => {});
  }
}
