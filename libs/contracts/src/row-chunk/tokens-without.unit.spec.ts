import { describe, expect, it } from 'vitest';
import type { TokensOfRecord } from './row-layout.js';
import { tokensWithout } from './tokens-without.js';

const id = (digit: string): never => digit.repeat(32) as never;
const entry = (derivation: string) => ({ derivation, version: 1, domain: 'any' as never, tokens: [id('d')] });
const child: TokensOfRecord = {
  keyVersion: 1,
  tokens: [
    { domain: 'nhs-number', use: 'identity', token: id('a') },
    { domain: 'email', use: 'carer', token: id('b') },
    { domain: 'mobile', use: 'carer', token: id('c') },
    { domain: 'nhs-number', use: 'carer', token: id('e') },
  ] as TokensOfRecord['tokens'],
  derived: [
    ...['postcode', 'carer-email-local', 'carer-mobile-last-six', 'carer-birth-date-email-head'].map(entry),
    ...['email-local', 'nhs-number-deletions', 'carer-nhs-number-deletions'].map(entry),
  ],
};
const left = (places: readonly number[]) => {
  const { tokens, derived } = tokensWithout(child, places);
  return {
    domains: tokens.map(({ domain }) => domain),
    derived: derived.map(({ derivation }) => derivation),
  };
};

describe('a row without some of its tokens', () => {
  it('loses what was derived of the carer’s contact with the token of that contact', () => {
    expect(left([1])).toEqual({
      domains: ['nhs-number', 'mobile', 'nhs-number'],
      derived: [
        ...['postcode', 'carer-mobile-last-six', 'email-local', 'nhs-number-deletions'],
        'carer-nhs-number-deletions',
      ],
    });
    expect(left([1, 2, 3]).derived).toEqual(['postcode', 'email-local', 'nhs-number-deletions']);
  });

  it('keeps what rests on no token that goes, and on no carer', () => {
    expect(left([]).derived).toHaveLength(child.derived.length);
    expect(left([0])).toEqual({
      domains: ['email', 'mobile', 'nhs-number'],
      derived: child.derived.map(({ derivation }) => derivation),
    });
  });
});
