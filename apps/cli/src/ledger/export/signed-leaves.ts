import { leafHash, type TreeHash } from '@kinledger/domain';
import { readAhead, type Checkpoints, type EventStore, type StoredEvent } from '@kinledger/event-store';

const PAGE = 1_000;

export interface LedgerPage {
  readonly from: number;
  readonly events: readonly StoredEvent[];
  /** What was signed at each place; empty where nothing is. */
  readonly signed: readonly (TreeHash | undefined)[];
}

/**
 * Pages of a stream from `from` to `to` (not included), each event with the hash of the leaf that was signed in its place.
 * Ends early where the stream does.
 */
export function pagesOf(
  store: EventStore,
  checkpoints: Checkpoints,
  stream: string,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<LedgerPage> {
  return readAhead({
    ...{ from, to: to - 1, signal },
    read: async (at) => {
      const limit = Math.min(PAGE, to - at);
      const [events, signed] = await Promise.all([
        store.readPage(stream, at, limit),
        checkpoints.leaves(stream, at, at + limit),
      ]);
      return { from: at, events, signed };
    },
    lengthOf: ({ events }) => events.length,
  });
}

/** Hashes of leaves as they were signed; where nothing is signed, of what the store has. */
export async function* leavesOf(
  store: EventStore,
  checkpoints: Checkpoints,
  stream: string,
  from: number,
  to: number,
): AsyncGenerator<TreeHash> {
  for (let at = from; at < to;) {
    const end = Math.min(to, at + PAGE);
    const signed = await checkpoints.leaves(stream, at, end);
    const known = signed.filter((leaf) => leaf !== undefined);
    if (known.length === signed.length) {
      yield* known;
      at = end;
      continue;
    }
    // A page of events may end before that of the leaves does.
    const events = await store.readPage(stream, at, end - at);
    if (events.length === 0) return;
    for (const [index, { bytes }] of events.entries()) yield signed[index] ?? leafHash(bytes);
    at += events.length;
  }
}
