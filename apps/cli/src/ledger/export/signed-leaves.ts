import { leafHash, type TreeHash } from '@kinledger/domain';
import type { Checkpoints, EventStore, StoredEvent } from '@kinledger/event-store';

const PAGE = 1_000;

export interface LedgerPage {
  readonly from: number;
  /** Empty where only the leaves were asked for and all of them are known. */
  readonly events: readonly StoredEvent[];
  /** What was signed at each place; empty where nothing is. */
  readonly signed: readonly (TreeHash | undefined)[];
}

/**
 * Pages of a stream from `from` to `to` (not included), each event with the hash of the leaf that was signed in its place.
 * Ends early where the stream does.
 */
export async function* pagesOf(
  store: EventStore,
  checkpoints: Checkpoints,
  stream: string,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<LedgerPage> {
  const read = (at: number) => {
    const limit = Math.min(PAGE, to - at);
    const page =
      limit <= 0
        ? Promise.resolve(undefined)
        : Promise.all([store.readPage(stream, at, limit), checkpoints.leaves(stream, at, at + limit)]);
    // It is awaited below; if the signal aborts first, nobody hears that it failed.
    page.catch(() => undefined);
    return page;
  };
  let ahead = read(from);
  for (let at = from; at < to;) {
    signal?.throwIfAborted();
    const [events, signed] = (await ahead) ?? [[], []];
    if (events.length === 0) return;
    ahead = read(at + events.length);
    yield { from: at, events, signed };
    at += events.length;
  }
}

/** Hashes of leaves as they were signed; where nothing is signed, of what the store has. */
export async function* leavesOf(
  store: EventStore,
  checkpoints: Checkpoints,
  stream: string,
  from: number,
  to: number,
): AsyncGenerator<TreeHash> {
  for (let at = from; at < to; at += PAGE) {
    const end = Math.min(to, at + PAGE);
    const signed = await checkpoints.leaves(stream, at, end);
    const isWhole = signed.every((leaf) => leaf !== undefined);
    const events = isWhole ? [] : await store.readPage(stream, at, end - at);
    for (const [index, leaf] of signed.entries()) {
      const event = events[index];
      if (leaf !== undefined) yield leaf;
      else if (event !== undefined) yield leafHash(event.bytes);
      else return;
    }
  }
}
