import { eventIdReused, revisionConflict } from '../errors.js';
import type { EventToAppend } from '../event-store.js';
import { isWrongExpectedVersion } from './kurrent-errors.js';
import type { KurrentStreams } from './kurrent-streams.js';
import { patiently, type Patience } from './patience.js';

/** Events that go, or went, to one place of a stream in one append. */
export interface Part {
  readonly stream: string;
  /** Revision of the last event before them, -1 for none. */
  readonly after: number;
  readonly events: readonly EventToAppend[];
  /** Tells our append from another one of the same events. */
  readonly mark: string;
}

/** `written`: by us. `there`: by somebody else, byte for byte. */
export type Settled = 'written' | 'there';

/**
 * Appends a part and makes sure of what became of it. The server's word is not enough: it calls an append of ids that
 * are there a success, whatever their data. So the last event is read back, and where it is not of this append all of
 * them are compared. An unknown outcome is settled by looking, then sending again: with the same ids at the same
 * revision, the server does it once at most.
 * @throws RevisionConflict, EventIdReused; the last passing error once the patience is over.
 */
export const settleAppend = (streams: KurrentStreams, part: Part, patience: Patience): Promise<Settled> =>
  patiently(patience, async (attempt) => {
    const before = attempt === 0 ? undefined : await lookAt(streams, part);
    return before ?? (await appendAndLook(streams, part));
  });

async function appendAndLook(streams: KurrentStreams, part: Part): Promise<Settled> {
  const { stream, after, events, mark } = part;
  try {
    await streams.append(stream, after, events, mark);
  } catch (error) {
    if (!isWrongExpectedVersion(error)) throw error;
    const there = await lookAt(streams, part);
    if (there !== undefined) return there;
    throw revisionConflict(stream, after === -1 ? 'no-stream' : after, await streams.head(stream));
  }
  const [last] = await streams.page(stream, after + events.length, 1);
  if (last?.mark === mark && last.id === events.at(-1)?.id) return 'written';
  const there = await lookAt(streams, part);
  if (there === undefined) throw new Error(`KurrentDB confirmed an append to ${stream} that is not there`);
  return there;
}

/** What stands at the part's place: nothing of it (undefined), or all of it. @throws EventIdReused, RevisionConflict */
async function lookAt(
  streams: KurrentStreams,
  { stream, after, events, mark }: Part,
): Promise<Settled | undefined> {
  const page = await streams.page(stream, after + 1, events.length);
  if (page.length === 0) return undefined;
  for (const [index, stored] of page.entries()) {
    const ours = events[index];
    if (ours?.id !== stored.id) {
      throw revisionConflict(stream, after === -1 ? 'no-stream' : after, await streams.head(stream));
    }
    if (Buffer.compare(stored.bytes, ours.bytes) !== 0) throw eventIdReused(stream, ours.id);
  }
  if (page.length < events.length) {
    throw revisionConflict(stream, after === -1 ? 'no-stream' : after, after + page.length);
  }
  return page.at(-1)?.mark === mark ? 'written' : 'there';
}
