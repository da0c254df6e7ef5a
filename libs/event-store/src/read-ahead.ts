export interface ReadAheadOptions<Page> {
  readonly from: number;
  /** The last place to read. */
  readonly to: number;
  readonly read: (from: number) => Promise<Page>;
  /** How many places a page covers. */
  readonly lengthOf: (page: Page) => number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pages of a range, one after the other: the next one is read while its caller works on the one before. It ends early at a
 * page that covers nothing. A page that fails after its caller has stopped is not an unhandled rejection.
 * @throws what `read` throws, once that page is due; the signal's reason.
 */
export async function* readAhead<Page>({
  from,
  to,
  read,
  lengthOf,
  signal,
}: ReadAheadOptions<Page>): AsyncGenerator<Page, void, undefined> {
  const begin = (at: number): Promise<Page> | undefined => {
    if (at > to) return undefined;
    const page = read(at);
    page.catch(() => undefined);
    return page;
  };
  let ahead = begin(from);
  for (let at = from; ahead !== undefined;) {
    signal?.throwIfAborted();
    const page = await ahead;
    const length = lengthOf(page);
    if (length === 0) return;
    at += length;
    ahead = begin(at);
    yield page;
  }
}
