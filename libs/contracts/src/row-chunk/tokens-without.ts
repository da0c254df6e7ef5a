import type { TokensOfRecord } from './row-layout.js';

/** Begins the name of a derivation that rests on a contact of the carer, on a child's row. */
export const CARER_DERIVATION = 'carer-';

/**
 * What remains of a row's tokens without those at some places. What was derived of a carer's email or mobile goes with
 * the carer's token of that domain: all of it, for a row with two contacts of a kind does not tell of which one it was
 * derived. It is known by its name, which begins with {@link CARER_DERIVATION} and has the domain among its words.
 */
export function tokensWithout(
  { keyVersion, tokens, derived }: TokensOfRecord,
  places: readonly number[],
): TokensOfRecord {
  const gone = new Set(
    places.flatMap((place) => (tokens[place]?.use === 'carer' ? [tokens[place].domain] : [])),
  );
  return {
    keyVersion,
    tokens: tokens.filter((_, place) => !places.includes(place)),
    derived: derived.filter(
      ({ derivation }) =>
        !derivation.startsWith(CARER_DERIVATION) || !derivation.split('-').some((word) => gone.has(word)),
    ),
  };
}
