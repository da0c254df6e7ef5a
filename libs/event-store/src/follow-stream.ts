import { isAborted, pauseAfter, pauseUnlessAborted, type WakeUp } from '@kinledger/waiting';
import type { StoredEvent } from './event-store.js';

export interface FollowOptions {
  readonly from: number;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly readPage: (from: number, limit: number) => Promise<readonly StoredEvent[]>;
  /** Whether an error of `readPage` says only that the server was out of reach: it is read again, after a pause that grows. Default: none does. */
  readonly isPassing?: (error: unknown) => boolean;
  readonly wakeUp: WakeUp;
  /** Looks again after this time though no hint came: a hint may be lost on its way. */
  readonly lookAgainMs?: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Catch-up and live delivery as one loop: read on from where we are; where there is nothing, wait for a hint. Since
 * revisions are contiguous and appear in order, there is no switch in which an event could fall through or come twice.
 */
export async function* followStream(options: FollowOptions): AsyncGenerator<readonly StoredEvent[]> {
  const { pageSize, signal, wakeUp, lookAgainMs } = options;
  let next = options.from;
  while (!signal.aborted) {
    const seen = wakeUp.count;
    const page = await readPagePatiently(options, next, pageSize);
    // Aborted while reading: whoever aborted wants no further page.
    if (isAborted(signal)) return;
    if (page.length === 0) {
      await wakeUp.after(seen, { ms: lookAgainMs, signal });
    } else {
      yield page;
      next += page.length;
    }
  }
}

/** Outlasts a server that is away; empty once the signal aborts. */
async function readPagePatiently(
  { readPage, isPassing = () => false, signal, lookAgainMs = LONGEST_PAUSE_MS }: FollowOptions,
  from: number,
  limit: number,
): Promise<readonly StoredEvent[]> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await readPage(from, limit);
    } catch (error) {
      if (isAborted(signal)) return [];
      if (!isPassing(error)) throw error;
      await pauseUnlessAborted(
        pauseAfter(failures, { firstMs: FIRST_PAUSE_MS, longestMs: lookAgainMs }),
        signal,
      );
    }
  }
}
