import type { PseudonymisedRow, TokenOccurrence } from '@kinledger/contracts';
import { sha256Hex } from '@kinledger/domain';

/** 128 bits derived from a text, for tokens, ids and salts in specs. */
export const hexOf = (...parts: readonly (string | number)[]): string =>
  sha256Hex(parts.join(' ')).slice(0, 32);

export const occurrence = (use: TokenOccurrence['use'], domain: string, value: string): TokenOccurrence => ({
  domain,
  use,
  token: hexOf(domain, value) as TokenOccurrence['token'],
});
const identity = (domain: string, value?: string) =>
  value === undefined ? [] : [occurrence('identity', domain, value)];
const guard = (value?: string) => (value === undefined ? [] : [occurrence('guard', 'birth-date', value)]);

interface Common {
  /** The provider's own row id, from which the row key is made. */
  readonly key: string;
  readonly nhs?: string;
  readonly born?: string;
  readonly lsoa?: string;
}

export type RowDraft = Pick<PseudonymisedRow, 'role' | 'tokens' | 'attributes' | 'facts'> & {
  readonly key: string;
};

export const adult = (row: Common & { readonly email?: string; readonly mobile?: string }): RowDraft => ({
  key: row.key,
  role: 'adult',
  tokens: [
    ...identity('nhs-number', row.nhs),
    ...identity('email', row.email),
    ...identity('mobile', row.mobile),
    ...guard(row.born),
  ],
  attributes: row.lsoa === undefined ? {} : { lsoa: row.lsoa },
  facts: { kind: 'registration' },
});

export const child = (
  row: Common & { readonly carer: string; readonly mobile?: string; readonly born: string },
): RowDraft => ({
  key: row.key,
  role: 'child',
  tokens: [
    ...identity('nhs-number', row.nhs),
    ...identity('child-key', `${row.carer} ${row.born}`),
    occurrence('carer', 'email', row.carer),
    ...(row.mobile === undefined ? [] : [occurrence('carer', 'mobile', row.mobile)]),
    ...guard(row.born),
  ],
  attributes: row.lsoa === undefined ? {} : { lsoa: row.lsoa },
  facts: { kind: 'registration' },
});

export const visit = (row: {
  readonly key: string;
  readonly email: string;
  readonly on: string;
}): RowDraft => ({
  key: row.key,
  role: 'adult',
  tokens: identity('email', row.email),
  attributes: {},
  facts: { kind: 'engagement', eventDate: row.on, sessionKind: 'group', attended: true },
});
