import { eventIdReused, revisionConflict } from '../errors.js';
import type { EventToAppend } from '../event-store.js';
import { isWrongExpectedVersion } from './kurrent-errors.js';
import type { KurrentStreams } from './kurrent-streams.js';
import { retryWhileTransient, type Patience } from './patience.js';

/** Events that are appended to one place of a stream in one append of the server. */
export interface Part {
  readonly stream: string;
  /** Revision of the event before them, -1 for none. */
  readonly after: number;
  readonly events: readonly EventToAppend[];
  /** Distinguishes our append from another one of the same events. */
  readonly mark: string;
}

/** `written`: by this append. `there`: by another one, byte for byte. */
export type Settled = 'written' | 'there';

/**
 * Appends a part and verifies the outcome. The server's confirmation does not suffice: it confirms an append of
 * existing ids whatever their data. So the last event is read back, and if it is not of this append, all are compared.
 * An unknown outcome is settled by reading, then sending again: with the same ids at the same revision, the server
 * appends at most once.
 * @throws RevisionConflict, EventIdReused; the last transient error once the patience is exhausted.
 */
export const settleAppend = (streams: KurrentStreams, part: Part, patience: Patience): Promise<Settled> =>
  retryWhileTransient(patience, async (attempt) => {
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

/**
 * Checks the part's place: undefined if none of it is present, else all of it. @throws EventIdReused, RevisionConflict
 */
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
