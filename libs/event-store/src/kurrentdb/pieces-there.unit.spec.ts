import { describe, expect, it } from 'vitest';
import { newEvent } from '../contract/fixture.js';
import type { ExpectedRevision, StoredEvent } from '../event-store.js';
import { appendParts } from './append-parts.js';
import { piecesThere } from './pieces-there.js';

const events = Array.from({ length: 30 }, (_, index) => ({
  ...newEvent(),
  bytes: Buffer.alloc(100 * 1024, index),
}));
const parts = appendParts(events);
const cuts = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).flat().length);

/** A stream that ends with the first `count` of the events, behind `before` others. */
const streamWith = (count: number, before: number) => ({
  head: before + count - 1,
  known: new Map(
    events
      .slice(0, count)
      .map((event, index): [string, StoredEvent] => [event.id, { ...event, revision: before + index }]),
  ),
});

describe('what an interrupted append has left', () => {
  it('is whole parts at the stream’s end, whatever was expected of the stream before', () => {
    expect(cuts.length).toBeGreaterThan(1);
    for (const [before, expectations] of [
      [0, ['no-stream', 'any']],
      [7, [6, 'any', 'exists']],
    ] as const) {
      for (const expected of expectations) {
        const countsThere = events
          .map((_, index) => index + 1)
          .filter((count) => {
            const { head, known } = streamWith(count, before);
            return piecesThere(parts, expected, head, known) === count;
          });
        expect(countsThere).toEqual(cuts);
      }
    }
  });

  it('is nothing where it lies elsewhere, has other bytes, or something follows', () => {
    const [cut = 0] = cuts;
    const { head, known } = streamWith(cut, 7);
    const elsewhere: readonly ExpectedRevision[] = ['no-stream', 5, 7];
    for (const expected of elsewhere) expect(piecesThere(parts, expected, head, known)).toBe(0);
    expect(piecesThere(parts, 6, head + 1, known)).toBe(0);
    const [first] = events;
    const changed = new Map(known).set(first!.id, { ...first!, revision: 7, bytes: Buffer.from('other') });
    expect(piecesThere(parts, 6, head, changed)).toBe(0);
  });
});
