import { describe, expect, it } from 'vitest';
import { everythingIn, matchRanks, matchTokens } from './recovery.js';

const stored = new Map([
  ['t-smith', 90],
  ['t-okafor', 40],
  ['t-jones', 7],
  ['t-rare', 1],
]);

describe('rank matching', () => {
  it('recovers what is as common, in order, as the attacker believes', () => {
    const reference = new Map([
      ['t-smith', 1_000],
      ['t-jones', 500],
      ['t-okafor', 100],
    ]);
    expect(matchRanks(stored, reference)).toEqual({ values: 1, occurrences: 90 });
    expect(matchRanks(stored, stored)).toEqual(everythingIn(stored));
  });

  it('recovers nothing with no reference, or of a field that is empty', () => {
    expect(matchRanks(stored, new Map())).toEqual({ values: 0, occurrences: 0 });
    expect(matchRanks(new Map(), stored)).toEqual({ values: 0, occurrences: 0 });
  });
});

describe('enumeration', () => {
  it('recovers the stored tokens among those of the candidates, each once', () => {
    expect(matchTokens(stored, ['t-okafor', 'x', 't-okafor', 't-rare'])).toEqual({
      values: 2,
      occurrences: 41,
    });
  });
});
