import { hash } from 'node:crypto';
import { opLeap1With, type Digest } from '@kinledger/domain/identifiers';
import { describe, expect, it } from 'vitest';
import { portableHashing } from '../portable-hashing.js';
import { emptyValueDigests, emptyValueLists } from './empty-value-digests.js';

const SALT = 'mackerel-of-the-sea';
const profile = opLeap1With(portableHashing.sha256);
const cell = (text: string): Digest => profile.digestOpLeap1({ Digest: text }, SALT);

describe('digests of nothing', () => {
  it.each(emptyValueLists)('include the digest of an empty cell, which is that of the salt: %s', (list) => {
    const ofTheSalt = hash('sha256', SALT, 'hex').toUpperCase();
    expect(cell('')).toBe(ofTheSalt);
    expect(emptyValueDigests(profile, list, SALT).has(ofTheSalt as Digest)).toBe(true);
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
  ])('include that of %s, for every kind', (text) => {
    for (const list of emptyValueLists)
      expect(emptyValueDigests(profile, list, SALT).has(cell(text))).toBe(true);
  });

  it.each([
    ...['0000000000', '9876543210', '01.01.1900', '07777777777', 'none@none.com', 'NONE@NONE.COM'],
    ...['NULLNULLNULLNULL', 'Female'],
  ])('include that of %s, except for case numbers', (text) => {
    expect(emptyValueDigests(profile, 'other', SALT).has(cell(text))).toBe(true);
    expect(emptyValueDigests(profile, 'case-number', SALT).has(cell(text))).toBe(false);
  });

  it('include no digest of a real value', () => {
    for (const text of ['9434765919', 'none.such@example.org', '07700900123', '01.01.1990'])
      expect(emptyValueDigests(profile, 'other', SALT).has(cell(text))).toBe(false);
  });

  it('differ under another salt', () => {
    expect([...emptyValueDigests(profile, 'other', 'another-salt-of-2023')]).not.toContain(cell(''));
  });
});
