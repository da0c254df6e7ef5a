import type { PseudonymisedRow } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../ledger/hash-input.js';
import { contentHashOf } from './content-hash.js';

const id = (digit: string): never => digit.repeat(32) as never;
const row: PseudonymisedRow = {
  ...{ record: id('1'), rowKey: id('2'), role: 'adult', keyVersion: 1, salt: id('3') },
  tokens: [
    { domain: 'nhs-number', use: 'identity', token: id('b') },
    { domain: 'email', use: 'identity', token: id('a') },
  ] as PseudonymisedRow['tokens'],
  derived: [],
  attributes: { homeLanguage: 'twi', gender: 'F' },
  facts: { kind: 'registration', registeredOn: '2023-07-01' },
};
const derived = [
  { derivation: 'near', version: 1, domain: 'near', tokens: [id('c'), id('d')] },
] as PseudonymisedRow['derived'];

describe('contentHashOf', () => {
  it('hashes role, sorted tokens, derived tokens, attributes and facts, a line each', () => {
    const [a, b] = ['a'.repeat(32), 'b'.repeat(32)];
    const end = '{"gender":"F","homeLanguage":"twi"}\n{"kind":"registration","registeredOn":"2023-07-01"}';
    const tokens = `email identity ${a}\nnhs-number identity ${b}`;
    expect(contentHashOf(row)).toBe(sha256Hex(`adult\n${tokens}\n\n${end}`).slice(0, 32));
    expect(contentHashOf({ ...row, derived })).toBe(
      sha256Hex(
        `adult\n${tokens}\n[{"derivation":"near","domain":"near","tokens":["${'c'.repeat(32)}","${'d'.repeat(32)}"],"version":1}]\n${end}`,
      ).slice(0, 32),
    );
  });

  it.each<[string, Partial<PseudonymisedRow>]>([
    ['the order of tokens', { tokens: row.tokens.toReversed() }],
    ['the order of attributes', { attributes: { gender: 'F', homeLanguage: 'twi' } }],
    ['record id, salt and key version', { record: id('7'), salt: id('8'), keyVersion: 2 }],
  ])('does not depend on %s', (_, change) => {
    expect(contentHashOf({ ...row, ...change })).toBe(contentHashOf(row));
  });

  it('does not depend on the order of derived tokens, which rotating the keys changes', () => {
    const turned = derived.map((entry) => ({ ...entry, tokens: entry.tokens.toReversed() }));
    expect(contentHashOf({ ...row, derived: turned })).toBe(contentHashOf({ ...row, derived }));
  });

  it.each<[string, Partial<PseudonymisedRow>]>([
    ['the role', { role: 'volunteer' }],
    ['a token', { tokens: row.tokens.slice(1) }],
    ['a derived token', { derived }],
    ['an attribute', { attributes: { gender: 'F' } }],
    ['a fact', { facts: { kind: 'registration', registeredOn: '2023-07-02' } }],
  ])('differs with %s', (_, change) => {
    expect(contentHashOf({ ...row, ...change })).not.toBe(contentHashOf(row));
  });
});
