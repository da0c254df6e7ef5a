import type { TokensOfRecord } from './row-layout.js';

/** Begins the name of a derivation that rests on an identifier of the carer, on a child's row. */
export const CARER_DERIVATION = 'carer-';

/** Whether a derivation rests on values of a domain: its name has the words of the domain in a row. */
export const restsOn = (derivation: string, domain: string): boolean =>
  `-${derivation}-`.includes(`-${domain}-`);

/**
 * What remains of a row's tokens without those at some places. What was derived of a carer's identifier goes with the
 * carer's token of that domain: all of it, because a row with two of a kind does not tell of which one it was derived.
 * It is known by its name, which begins with {@link CARER_DERIVATION}, and by {@link restsOn}.
 */
export function tokensWithout(
  { keyVersion, tokens, derived }: TokensOfRecord,
  places: readonly number[],
): TokensOfRecord {
  const gone = places.flatMap((place) => (tokens[place]?.use === 'carer' ? [tokens[place].domain] : []));
  return {
    keyVersion,
    tokens: tokens.filter((_, place) => !places.includes(place)),
    derived: derived.filter(
      ({ derivation }) =>
        !derivation.startsWith(CARER_DERIVATION) || !gone.some((domain) => restsOn(derivation, domain)),
    ),
  };
}
