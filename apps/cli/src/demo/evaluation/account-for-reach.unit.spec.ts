import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountForReach, missedBecause, type CountedRow, type ReachAccount } from './account-for-reach.js';

const counts = (truly: string, counted: string): CountedRow => ({ truly, counted, because: 'elsewhere' });
const lost = (truly: string, because: CountedRow['because']): CountedRow => ({
  truly,
  counted: undefined,
  because,
});

const total = ({ truth, missed, countedAgain, joined, beyondTruth }: ReachAccount) =>
  truth - missedBecause.reduce((sum, why) => sum + missed[why], 0) + countedAgain - joined + beyondTruth;

describe('accountForReach', () => {
  it('finds no difference if everybody is counted once', () => {
    const rows = [counts('Ada', '1'), counts('Ada', '1'), counts('Ben', '2')];
    expect(accountForReach(rows, new Set(['1', '2']))).toEqual({
      ...{ truth: 2, figure: 2, countedAgain: 0, joined: 0, beyondTruth: 0 },
      missed: { refused: 0, unlinkable: 0, referred: 0, elsewhere: 0 },
    });
  });

  it('lists a missed person under the furthest step of any of their rows', () => {
    const rows = [lost('Ada', 'refused'), lost('Ada', 'unlinkable'), lost('Ben', 'refused')];
    expect(accountForReach(rows, new Set()).missed).toMatchObject({ refused: 1, unlinkable: 1 });
  });

  it('does not list a person as missed if one of their rows is counted', () => {
    expect(
      accountForReach([lost('Ada', 'unlinkable'), counts('Ada', '1')], new Set(['1'])).missed.unlinkable,
    ).toBe(0);
  });

  it('counts people split, people joined, and counts without a person', () => {
    const rows = [counts('Ada', '1'), counts('Ada', '2'), counts('Ben', '3'), counts('Cleo', '3')];
    expect(accountForReach(rows, new Set(['1', '2', '3', '4']))).toMatchObject({
      ...{ truth: 3, countedAgain: 1, joined: 1, beyondTruth: 1, figure: 4 },
    });
  });

  it('adds up to the figure for any rows', () => {
    const row = fc.record({
      truly: fc.constantFrom('Ada', 'Ben', 'Cleo', 'Dan'),
      counted: fc.constantFrom('1', '2', '3', undefined),
      because: fc.constantFrom(...missedBecause),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), fc.subarray(['4', '5']), (rows, more) => {
        const counted = new Set([...rows.flatMap(({ counted: whom }) => whom ?? []), ...more]);
        const account = accountForReach(rows, counted);
        expect(total(account)).toBe(account.figure);
      }),
    );
  });
});
