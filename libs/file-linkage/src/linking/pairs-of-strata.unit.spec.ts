import { describe, expect, it } from 'vitest';
import type { LinkRecords } from '../reading/records.js';
import { pairsOfStratum, recordsOfStratum } from './stratum-sizes.js';
import { wholeAgreements } from './whole-agreements.js';

/** By source: how many records of unknown role, of children and of adults. */
const counts = [
  [2, 3, 1],
  [1, 2, 4],
];
const uniques = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
];
const rows = counts.flatMap((roles, source) =>
  roles.flatMap((count, role) => Array.from({ length: count }, () => ({ source, role }))),
);

/** The pairs that fulfil a condition, one by one. */
const pairsWhere = (fulfils: (a: (typeof rows)[number], b: (typeof rows)[number]) => boolean): number =>
  rows.reduce((all, a, at) => all + rows.slice(at + 1).filter((b) => fulfils(a, b)).length, 0);

describe.each(uniques)('pairs of two files, of which the left is unique: %s, the right: %s', (...unique) => {
  const mayPair = (a: { source: number }, b: { source: number }) =>
    a.source !== b.source || !unique[a.source];

  it.each([1, 2])('are counted of one role: %i', (stratum) => {
    const found = pairsWhere((a, b) => a.role === stratum && b.role === stratum && mayPair(a, b));
    expect(pairsOfStratum(counts, stratum, unique)).toBe(found);
  });

  it('are counted of an unknown role and any', () => {
    const found = pairsWhere((a, b) => (a.role === 0 || b.role === 0) && mayPair(a, b));
    expect(pairsOfStratum(counts, 0, unique)).toBe(found);
  });

  it('are counted of one value', () => {
    const records: LinkRecords = {
      ...{ count: rows.length, stride: 1, fields: 1, sourceStarts: [0, 6, 13] },
      data: Int32Array.from(rows, ({ role }) => role + 1),
      strata: Uint8Array.from(rows, ({ role }) => role),
      signatureSlots: [],
      idStarts: new Float64Array(0),
      idLengths: new Int32Array(0),
    };
    const all = Int32Array.from(rows.keys());
    const values = { whole: Int32Array.of(0, 1, 2, 3), rarity: new Uint8Array(4) };
    const found = pairsWhere((a, b) => a.role === b.role && mayPair(a, b));
    expect(wholeAgreements(records, all, 0, 'gender', values, unique).get(1)).toBe(found);
  });
});

describe('records that could have a match', () => {
  it('are those of the role, or of the file with fewer where neither holds anybody twice', () => {
    expect([0, 1, 2].map((stratum) => recordsOfStratum(counts, stratum, [false, false]))).toEqual([3, 5, 5]);
    expect([0, 1, 2].map((stratum) => recordsOfStratum(counts, stratum, [true, true]))).toEqual([3, 2, 1]);
  });
});
