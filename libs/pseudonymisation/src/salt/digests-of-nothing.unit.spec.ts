import { digestOf, digestOpLeap1, type Digest } from '@kinledger/domain';
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestsOfNothing, identifierKinds } from './digests-of-nothing.js';

const SALT = 'mackerel-of-the-sea';
const cell = (text: string): Digest => digestOpLeap1({ Digest: text }, SALT);

describe('digests of nothing', () => {
  it.each(identifierKinds)('hold the digest of an empty %s cell, which is that of the salt', (kind) => {
    const ofTheSalt = hash('sha256', SALT, 'hex').toUpperCase();
    expect(cell('')).toBe(ofTheSalt);
    expect(digestsOfNothing(kind, SALT).has(ofTheSalt as Digest)).toBe(true);
  });

  it.each([
    '""',
    'NULL',
    'null',
    'Null',
    'n/a',
    'N/A',
    'unknown',
    'Unknown',
    'NOT KNOWN',
    'None',
    '-',
    '#N/A',
  ])('hold that of %s, for every kind', (text) => {
    for (const kind of identifierKinds) expect(digestsOfNothing(kind, SALT).has(cell(text))).toBe(true);
  });

  it.each([
    ['nhs-number', '0000000000'],
    ['nhs-number', '9876543210'],
    ['birth-date', '01.01.1900'],
    ['mobile', '07777777777'],
    ['email', 'none@none.com'],
    ['email', 'NONE@NONE.COM'],
    ['child-key', 'NULLNULLNULLNULL'],
    ['child-key', 'Female'],
  ] as const)('hold that of the %s %s', (kind, text) => {
    expect(digestsOfNothing(kind, SALT).has(cell(text))).toBe(true);
  });

  it('hold nobody’s', () => {
    expect(
      digestsOfNothing('nhs-number', SALT).has(digestOf('nhs-number', '9434765919' as never, SALT)),
    ).toBe(false);
    expect(digestsOfNothing('case-number', SALT).has(cell('0000000000'))).toBe(false);
  });

  it('are another salt’s under another salt', () => {
    expect([...digestsOfNothing('email', 'another-salt-of-2023')]).not.toContain(cell(''));
  });
});
