import { isAborted, pauseAfter, pauseUnlessAborted, type WakeUp } from '@kinledger/waiting';
import type { StoredEvent } from './event-store.js';

export interface FollowOptions {
  readonly from: number;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly readPage: (from: number, limit: number) => Promise<readonly StoredEvent[]>;
  /**
   * Whether an error of `readPage` is transient, such as an unreachable server; the page is then read again after a
   * growing pause. Default: no error is.
   */
  readonly isTransient?: (error: unknown) => boolean;
  readonly wakeUp: WakeUp;
  /** Reads again after this time even without a wake-up, because a notification may be lost. */
  readonly lookAgainMs?: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Catch-up and live delivery in one loop: read the next page; if it is empty, wait for a wake-up. Because revisions are
 * contiguous and appear in order, there is no switch-over at which an event could be skipped or delivered twice.
 */
export async function* followStream(options: FollowOptions): AsyncGenerator<readonly StoredEvent[]> {
  const { pageSize, signal, wakeUp, lookAgainMs } = options;
  let next = options.from;
  while (!signal.aborted) {
    const seen = wakeUp.count;
    const page = await readPageWithRetry(options, next, pageSize);
    // The signal aborted during the read; the caller wants no further page.
    if (isAborted(signal)) return;
    if (page.length === 0) {
      await wakeUp.after(seen, { ms: lookAgainMs, signal });
    } else {
      yield page;
      next += page.length;
    }
  }
}

/** Reads a page, and retries while the server is unreachable. Returns an empty page if the signal aborts. */
async function readPageWithRetry(
  { readPage, isTransient = () => false, signal, lookAgainMs = LONGEST_PAUSE_MS }: FollowOptions,
  from: number,
  limit: number,
): Promise<readonly StoredEvent[]> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await readPage(from, limit);
    } catch (error) {
      if (isAborted(signal)) return [];
      if (!isTransient(error)) throw error;
      await pauseUnlessAborted(
        pauseAfter(failures, { firstMs: FIRST_PAUSE_MS, longestMs: lookAgainMs }),
        signal,
      );
    }
  }
}
