import { describe, expect, it } from 'vitest';
import type { Marks } from './evidence.js';
import { HolderCount } from './force.js';
import { leap1 } from './leap-1/leap-1.js';
import { NONE } from './typed-column.js';

const { ownLimits, carerLimits } = leap1({
  name: 'leap-1',
  maxBirthDatesPerToken: 2,
  maxCasesPerToken: 3,
  maxHoldersPerToken: 4,
  maxChildrenPerCarerToken: 5,
});

const row = (marks: Partial<Marks>): Marks => ({
  birthDate: NONE,
  nhsNumber: NONE,
  dataset: 1,
  caseNumber: NONE,
  ...marks,
});
const born = (count: number) => Array.from({ length: count }, (_, at) => row({ birthDate: at + 1 }));
const numbered = (count: number) => Array.from({ length: count }, (_, at) => row({ nhsNumber: at + 1 }));
const cased = (count: number, more: Partial<Marks> = {}) =>
  Array.from({ length: count }, (_, at) => row({ caseNumber: at + 1, ...more }));
const bare = (count: number) => Array.from({ length: count }, () => row({}));

const forceOf = (count: HolderCount, rows: readonly Marks[]): boolean => {
  for (const marks of rows) count.add(marks);
  return count.hasForce;
};

describe('the force of a token', () => {
  const cases: [string, readonly Marks[], own: boolean, carer: boolean][] = [
    ['two birth dates', born(2), true, true],
    ['three birth dates', born(3), false, true],
    ['five birth dates', born(5), false, true],
    ['six birth dates', born(6), false, false],
    ['one birth date on many rows', Array.from({ length: 9 }, () => row({ birthDate: 1 })), true, true],
    ['two NHS numbers', numbered(2), true, true],
    ['three NHS numbers', numbered(3), false, true],
    ['six NHS numbers', numbered(6), false, false],
    ['three case numbers of one dataset', cased(3), true, true],
    ['four case numbers of one dataset', cased(4), false, true],
    ['six case numbers of one dataset', cased(6), false, false],
    ['four case numbers under one birth date', cased(4, { birthDate: 1 }), false, true],
    [
      'six case numbers, three in each of two datasets',
      [...cased(3), ...cased(3, { dataset: 2 })],
      true,
      true,
    ],
    ['four rows without a mark', bare(4), true, true],
    ['five rows without a mark', bare(5), false, false],
    [
      'as many of each as its limit allows',
      [...born(2), ...numbered(2), ...cased(3), ...bare(4)],
      true,
      true,
    ],
  ];
  it.each(cases)('is decided by %s', (_, rows, own, carer) => {
    expect(forceOf(new HolderCount(ownLimits), rows)).toBe(own);
    expect(forceOf(new HolderCount(carerLimits), rows)).toBe(carer);
  });

  it('of an NHS number ignores the NHS numbers of its holders, which then count as rows without a mark', () => {
    const same = Array.from({ length: 5 }, () => row({ nhsNumber: 1 }));
    expect(forceOf(new HolderCount(ownLimits, true), same)).toBe(false);
    expect(forceOf(new HolderCount(ownLimits), same)).toBe(true);
  });

  it('is counted from zero after a reset', () => {
    const count = new HolderCount(ownLimits);
    const full = [...born(3), ...numbered(3), ...cased(4), ...bare(5)];
    expect(forceOf(count, full)).toBe(false);
    count.reset();
    expect(forceOf(count, [...born(2), ...numbered(2), ...cased(3), ...bare(4)])).toBe(true);
  });
});
