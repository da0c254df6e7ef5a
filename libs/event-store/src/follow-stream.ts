import type { StoredEvent } from './event-store.js';
import type { WakeUps } from './wake-ups.js';

export interface FollowOptions {
  readonly from: number;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly readPage: (from: number, limit: number) => Promise<readonly StoredEvent[]>;
  readonly wakeUps: WakeUps;
  /** Looks again after this time though no hint came: a hint may be lost on its way. */
  readonly lookAgainMs?: number;
}

/**
 * Catch-up and live delivery as one loop: read on from where we are; where there is nothing, wait for a hint. Since
 * revisions are contiguous and appear in order, there is no switch in which an event could fall through or come twice.
 */
export async function* followStream(options: FollowOptions): AsyncGenerator<readonly StoredEvent[]> {
  const { pageSize, signal, readPage, wakeUps } = options;
  let next = options.from;
  while (!signal.aborted) {
    const seen = wakeUps.count;
    const page = await readPage(next, pageSize);
    // Aborted while reading: whoever aborted wants no further page.
    if (isAborted(signal)) return;
    if (page.length === 0) {
      await wakeUps.after(seen, signal, options.lookAgainMs);
    } else {
      yield page;
      next += page.length;
    }
  }
}

/** The compiler believes that `aborted` stays as it was before an await. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
