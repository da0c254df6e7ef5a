/**
 * Processes items ahead of the consumer, and yields the results in the order of the items. At most `ahead` results are
 * in progress or not yet consumed, so that a slow consumer holds the source back.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  ahead: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const begun: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is awaited later, or never if the consumer stops first.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length >= ahead) yield await (begun.shift() as Promise<R>);
  }
  for (const result of begun) yield await result;
}
