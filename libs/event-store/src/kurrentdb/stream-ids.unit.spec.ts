import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamIds } from './stream-ids.js';

const stored = (ids: readonly string[], from = 0) => ids.map((id, index) => ({ id, revision: from + index }));
const wanted = (ids: readonly string[]) => ids.map((id) => ({ id }));

describe('the ids of a stream', () => {
  it('finds the revisions of many thousand ids', () => {
    const known = Array.from({ length: 20_000 }, () => crypto.randomUUID());
    const ids = new StreamIds();
    for (let from = 0; from < known.length; from += 777)
      ids.learn(stored(known.slice(from, from + 777), from));
    expect(ids.next).toBe(known.length);
    expect(ids.placesOf(wanted(known.slice(5_000, 5_010)))).toEqual(
      Array.from({ length: 10 }, (_, index) => 5_000 + index),
    );
    expect(ids.placesOf(wanted(Array.from({ length: 1_000 }, () => crypto.randomUUID())))).toEqual([]);
  });

  it('learns in order: skips known events and those beyond a gap', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { minLength: 3, maxLength: 30 }), (all) => {
        const ids = new StreamIds();
        ids.learn(stored(all.slice(1), 1));
        expect(ids.next).toBe(0);
        ids.learn(stored(all.slice(0, 2)));
        ids.learn(stored(all.slice(0, 3)));
        expect(ids.next).toBe(3);
        expect(ids.placesOf(wanted(all.slice(0, 3)))).toEqual([0, 1, 2]);
      }),
    );
  });

  it('returns hints: ids that share the stored bits share their revisions', () => {
    const ids = new StreamIds();
    ids.learn(stored(['aaaaaaaa-0000-8000-8000-0000bbbbbbbb', 'aaaaaaaa-1111-8000-8000-0000bbbbbbbb']));
    expect(ids.placesOf(wanted(['aaaaaaaa-2222-8000-8000-0000bbbbbbbb']))).toEqual([0, 1]);
  });
});
