import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterPairs } from './cluster-pairs.js';

const RECORDS = 12;
/** Scores of pairs, in millibits; a pair that is not among them scores as strangers do. */
const scored = fc.uniqueArray(
  fc
    .record({
      a: fc.nat(RECORDS - 1),
      b: fc.nat(RECORDS - 1),
      score: fc.integer({ min: -9000, max: 15_000 }),
    })
    .filter(({ a, b }) => a < b),
  { selector: ({ a, b }) => `${a} ${b}`, maxLength: 30 },
);
type Scored = readonly { readonly a: number; readonly b: number; readonly score: number }[];

function cluster(pairs: Scored, uniqueSource?: Uint8Array): Int32Array {
  const scores = new Map(pairs.map(({ a, b, score }) => [`${a} ${b}`, score]));
  return clusterPairs(
    RECORDS,
    {
      first: Int32Array.from(pairs, ({ a }) => a),
      second: Int32Array.from(pairs, ({ b }) => b),
      scores: Int32Array.from(pairs, ({ score }) => score),
    },
    {
      compareRecords: (a, b) => a - b,
      scoreOf: (a, b) => scores.get(`${Math.min(a, b)} ${Math.max(a, b)}`) ?? -10_000,
      ...(uniqueSource === undefined ? {} : { uniqueSource }),
    },
  );
}

describe('clusters', () => {
  it('do not depend on the order of pairs', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        expect(cluster([...pairs].reverse())).toEqual(cluster(pairs));
      }),
    );
  });

  it('of a component follow from its own pairs', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const whole = cluster(pairs);
        for (let record = 0; record < RECORDS; record++) {
          const component = new Set([record]);
          for (let round = 0; round < RECORDS; round++)
            for (const { a, b, score } of pairs)
              if (score > 0 && (component.has(a) || component.has(b))) component.add(a).add(b);
          const alone = cluster(pairs.filter(({ a, b }) => component.has(a) && component.has(b)));
          for (const member of component) expect(alone[member]).toBe(whole[member]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are not chained through a record that both sides resemble', () => {
    const chain: Scored = [
      { a: 0, b: 1, score: 12_000 },
      { a: 1, b: 2, score: 9000 },
      { a: 0, b: 2, score: -10_000 },
    ];
    expect([...cluster(chain)].slice(0, 3)).toEqual([0, 0, 2]);
  });

  it('do not join two records whose score speaks against it, although their pair scores high', () => {
    const pair = { first: Int32Array.of(0), second: Int32Array.of(1), scores: Int32Array.of(5_000) };
    const compareRecords = (a: number, b: number) => a - b;
    expect([...clusterPairs(2, pair, { compareRecords, scoreOf: () => -3_000 })]).toEqual([0, 1]);
    expect([...clusterPairs(2, pair, { compareRecords, scoreOf: () => 1 })]).toEqual([0, 0]);
  });

  it('of a component that is too large are those of its stronger pairs', () => {
    const records = 700;
    const strong = (a: number, b: number) => a >> 1 === b >> 1;
    const chain = (score: (a: number, b: number) => number) => {
      const places = Array.from({ length: records - 1 }, (_, a) => a);
      return clusterPairs(
        records,
        {
          first: Int32Array.from(places),
          second: Int32Array.from(places, (a) => a + 1),
          scores: Int32Array.from(places, (a) => score(a, a + 1)),
        },
        { compareRecords: (a, b) => a - b, scoreOf: score },
      );
    };
    expect([...chain((a, b) => (strong(a, b) ? 3_500 : 1_500))]).toEqual(
      Array.from({ length: records }, (_, record) => record - (record % 2)),
    );
    expect([...chain(() => 1_500)]).toEqual(Array.from({ length: records }, (_, record) => record));
  });

  it('hold no two records of a source that holds nobody twice', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const sources = Uint8Array.from({ length: RECORDS }, (_, record) => 1 + (record % 2));
        const clusters = cluster(pairs, sources);
        const seen = new Set<string>();
        clusters.forEach((first, record) => {
          const key = `${first} ${sources[record] ?? 0}`;
          expect(seen.has(key)).toBe(false);
          seen.add(key);
        });
      }),
    );
  });
});
