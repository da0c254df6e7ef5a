import { createHmac } from 'node:crypto';
import type { DomainTokens, PseudonymisedRow, Token, TokenOccurrence } from '@kinledger/contracts';
import type { KeyChange, TokenWrapping } from '../token-wrapping.js';

/** A token of version 1 as it is at a later version. */
export function wrappedToken(domain: string, token: Token, { from, to }: KeyChange): Token {
  let current = token;
  for (let version = from + 1; version <= to; version += 1)
    current = createHmac('sha256', `key ${version} of ${domain}`)
      .update(current, 'hex')
      .digest('hex')
      .slice(0, 32) as Token;
  return current;
}

/** Tokens of version 1, such as those that name a person, at a later version. */
export const wrappedOccurrences = (
  occurrences: readonly TokenOccurrence[],
  change: KeyChange,
): TokenOccurrence[] =>
  occurrences.map((one) => ({ ...one, token: wrappedToken(one.domain, one.token, change) }));

/** A row of version 1 as it comes under a later key. */
export const rowUnderKey = (row: PseudonymisedRow, keyVersion: number): PseudonymisedRow => ({
  ...row,
  keyVersion,
  tokens: wrappedOccurrences(row.tokens, { from: 1, to: keyVersion }),
  derived: row.derived.map(({ tokens, ...entry }) => ({
    ...entry,
    tokens: tokens.map((token) => wrappedToken(entry.domain, token, { from: 1, to: keyVersion })),
  })),
});

/** Holds the keys up to a version, in this process. */
export class WrappingByKeys implements TokenWrapping {
  /** Versions that were put into use. */
  readonly adopted: number[] = [];
  newestVersion: number;

  constructor(newest: number) {
    this.newestVersion = newest;
  }

  newest(): Promise<number> {
    return Promise.resolve(this.newestVersion);
  }

  adopt(keyVersion: number): Promise<void> {
    this.adopted.push(keyVersion);
    return Promise.resolve();
  }

  wrap(change: KeyChange, domains: readonly DomainTokens[]): Promise<readonly (readonly Token[])[]> {
    if (change.to > this.newestVersion) return Promise.reject(new Error('there is no such key'));
    return Promise.resolve(
      domains.map(({ domain, tokens }) => tokens.map((token) => wrappedToken(domain, token, change))),
    );
  }
}
