import { digestOpLeap1, type Digest } from '@kinledger/domain';
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestsOfNothing, nothingLists } from './digests-of-nothing.js';

const SALT = 'mackerel-of-the-sea';
const cell = (text: string): Digest => digestOpLeap1({ Digest: text }, SALT);

describe('digests of nothing', () => {
  it.each(nothingLists)('hold the digest of an empty cell, which is that of the salt: %s', (list) => {
    const ofTheSalt = hash('sha256', SALT, 'hex').toUpperCase();
    expect(cell('')).toBe(ofTheSalt);
    expect(digestsOfNothing(list, SALT).has(ofTheSalt as Digest)).toBe(true);
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
    for (const list of nothingLists) expect(digestsOfNothing(list, SALT).has(cell(text))).toBe(true);
  });

  it.each([
    ...['0000000000', '9876543210', '01.01.1900', '07777777777', 'none@none.com', 'NONE@NONE.COM'],
    ...['NULLNULLNULLNULL', 'Female'],
  ])('hold that of %s, but for case numbers', (text) => {
    expect(digestsOfNothing('other', SALT).has(cell(text))).toBe(true);
    expect(digestsOfNothing('case-number', SALT).has(cell(text))).toBe(false);
  });

  it('hold nobody’s', () => {
    for (const text of ['9434765919', 'none.such@example.org', '07700900123', '01.01.1990'])
      expect(digestsOfNothing('other', SALT).has(cell(text))).toBe(false);
  });

  it('are another salt’s under another salt', () => {
    expect([...digestsOfNothing('other', 'another-salt-of-2023')]).not.toContain(cell(''));
  });
});
