export interface ReadAheadOptions<Page> {
  readonly from: number;
  /** The last position to read. */
  readonly to: number;
  readonly read: (from: number) => Promise<Page>;
  /** Number of positions that a page covers. */
  readonly lengthOf: (page: Page) => number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields the pages of a range in order, and reads the next page while the caller processes the current one. Ends early
 * at a page that covers nothing. A page that fails after the caller has stopped causes no unhandled rejection.
 * @throws what `read` throws, when that page is due; the signal's reason.
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
