import type { TokenCounts } from './stored-tokens.js';

/** What an attack recovered of one field: distinct values, and occurrences in rows. */
export interface Recovered {
  readonly values: number;
  readonly occurrences: number;
}

/** What there is to recover. */
export const everythingIn = (stored: TokenCounts): Recovered => ({
  values: stored.size,
  occurrences: sumOf(stored.values()),
});

/**
 * Rank matching: the attacker knows how common values are, ranks both sides by frequency and takes the commonest token for
 * the commonest value, and so on. A guess is right if the value’s own token, which the attacker does not know, is the
 * stored one. Ties are in the order of the tokens, which says nothing.
 * @param reference how often each value occurs, by the value’s own token.
 */
export function matchRanks(stored: TokenCounts, reference: TokenCounts): Recovered {
  const values = ranked(reference);
  let right = 0;
  let occurrences = 0;
  ranked(stored).forEach((token, rank) => {
    if (values[rank] !== token) return;
    right += 1;
    occurrences += stored.get(token) ?? 0;
  });
  return { values: right, occurrences };
}

/** Enumeration: the attacker makes tokens of candidate values, and looks which are stored. */
export function matchTokens(stored: TokenCounts, candidates: Iterable<string>): Recovered {
  let values = 0;
  let occurrences = 0;
  for (const token of new Set(candidates)) {
    const count = stored.get(token);
    if (count === undefined) continue;
    values += 1;
    occurrences += count;
  }
  return { values, occurrences };
}

const ranked = (counts: TokenCounts): readonly string[] =>
  [...counts]
    .sort(([one, often], [other, oftener]) => oftener - often || (one < other ? -1 : 1))
    .map(([token]) => token);

const sumOf = (numbers: Iterable<number>): number => {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
};
