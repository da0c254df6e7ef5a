import { describe, expect, it } from 'vitest';
import { newEvent } from '../contract/fixture.js';
import type { ExpectedRevision, StoredEvent } from '../event-store.js';
import { appendParts } from './append-parts.js';
import { eventsLeftByInterruption } from './interrupted-append.js';

const events = Array.from({ length: 30 }, (_, index) => ({
  ...newEvent(),
  bytes: Buffer.alloc(100 * 1024, index),
}));
const parts = appendParts(events);
const cuts = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).flat().length);

/** A stream that ends with the first `count` of the events, after `before` others. */
const streamWith = (count: number, before: number) => ({
  head: before + count - 1,
  known: new Map(
    events
      .slice(0, count)
      .map((event, index): [string, StoredEvent] => [event.id, { ...event, revision: before + index }]),
  ),
});

describe('what an interrupted append left', () => {
  it('is a number of whole parts at the end of the stream, whatever revision was expected', () => {
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
            return eventsLeftByInterruption(parts, expected, head, known) === count;
          });
        expect(countsThere).toEqual(cuts);
      }
    }
  });

  it('is nothing if the events are elsewhere, have other bytes, or others follow', () => {
    const [cut = 0] = cuts;
    const { head, known } = streamWith(cut, 7);
    const elsewhere: readonly ExpectedRevision[] = ['no-stream', 5, 7];
    for (const expected of elsewhere) expect(eventsLeftByInterruption(parts, expected, head, known)).toBe(0);
    expect(eventsLeftByInterruption(parts, 6, head + 1, known)).toBe(0);
    const [first] = events;
    const changed = new Map(known).set(first!.id, { ...first!, revision: 7, bytes: Buffer.from('other') });
    expect(eventsLeftByInterruption(parts, 6, head, changed)).toBe(0);
  });
});
