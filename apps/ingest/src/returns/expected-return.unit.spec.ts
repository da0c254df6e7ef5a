import type { PeriodCode } from '@kinledger/contracts';
import { periodOfCode } from '@kinledger/domain';
import type { Agreement, Dataset } from '@kinledger/programme';
import { describe, expect, it } from 'vitest';
import { expectedReturns, periodsEndingIn, stateOf } from './expected-return.js';

const expectedOf = (
  changed: Partial<Dataset>,
  today: string,
  { validFrom, validTo } = { validFrom: '2023-04-01', validTo: '2024-03-31' },
  returnsFrom?: string,
) => {
  const dataset = { id: 'toy-library.user', extractKind: 'delta', agreement: 'toys', ...changed } as Dataset; // only as much as the calendar needs
  const agreement = { id: 'toys', provider: 'toys', validFrom, validTo } as Agreement;
  return expectedReturns({ datasets: [dataset], agreement: () => agreement, returnsFrom }, today).map(
    ({ period, due }) => `${period.code} ${due}`,
  );
};

it('an academic year ends in the second quarter of a financial year', () => {
  const ending = (code: string) => periodsEndingIn(periodOfCode(code as PeriodCode));
  expect(ending('2023-24-Q2')).toEqual(['2023-24-Q2', '2022-23-AY']);
  for (const number of [1, 3, 4]) expect(ending(`2023-24-Q${number}`)).toEqual([`2023-24-Q${number}`]);
});

describe('the returns that are expected', () => {
  it('are the quarters that have begun, the latest first, each due 28 days after its last day', () => {
    expect(expectedOf({}, '2023-12-31')).toEqual([
      '2023-24-Q3 2024-01-28',
      '2023-24-Q2 2023-10-28',
      '2023-24-Q1 2023-07-28',
    ]);
    expect(expectedOf({}, '2024-01-01')[0]).toBe('2023-24-Q4 2024-04-28');
  });

  it.each([
    ['begins a day late', { validFrom: '2023-04-02', validTo: '2024-03-31' }, '2023-24-Q2', 3],
    ['ends a day early', { validFrom: '2023-04-01', validTo: '2024-03-30' }, '2023-24-Q1', 3],
    ['covers the year exactly', { validFrom: '2023-04-01', validTo: '2024-03-31' }, '2023-24-Q1', 4],
  ])('are the periods that the agreement covers as a whole, if it %s', (_, agreement, first, count) => {
    const all = expectedOf({}, '2030-01-01', agreement);
    expect([all.at(-1)?.slice(0, 10), all.length]).toEqual([first, count]);
  });

  it('begin when the programme says, unless their dataset says another day', () => {
    const agreement = { validFrom: '2022-04-01', validTo: '2024-03-31' };
    const first = (changed: Partial<Dataset>) =>
      expectedOf(changed, '2024-01-01', agreement, '2023-04-01').at(-1)?.slice(0, 10);
    expect(first({})).toBe('2023-24-Q1');
    expect(first({ returns: { from: '2022-10-01' } })).toBe('2022-23-Q3');
    expect(first({ returns: { from: '2023-10-01' } })).toBe('2023-24-Q3');
  });

  it('are academic years of a snapshot, and what the dataset says otherwise', () => {
    const agreement = { validFrom: '2022-04-01', validTo: '2025-03-31' };
    expect(expectedOf({ extractKind: 'snapshot' }, '2024-09-01', agreement)).toEqual([
      '2023-24-AY 2024-09-28',
      '2022-23-AY 2023-09-28',
    ]);
    const own = { every: 'academic-year', dueDays: 60, from: '2023-09-01' } as const;
    expect(expectedOf({ returns: own }, '2024-09-01', agreement)).toEqual(['2023-24-AY 2024-10-30']);
    const cancelled = { every: 'academic-year', absent: ['2022-23-AY'] } as unknown as Dataset['returns'] &
      object;
    expect(expectedOf({ returns: cancelled }, '2024-09-01', agreement)).toEqual(['2023-24-AY 2024-09-28']);
    expect(expectedOf({ returns: { every: 'never' } }, '2024-09-01', agreement)).toEqual([]);
    expect(expectedOf({ returns: { from: '2023-05-01' } }, '2023-07-01')).toEqual(['2023-24-Q2 2023-10-28']);
  });
});

describe('the state of a return', () => {
  const one = { period: { start: '2023-04-01', end: '2023-07-01' }, due: '2023-07-28' } as Parameters<
    typeof stateOf
  >[0];
  const nothing = { received: false, nilReturn: false, everDelivered: true };

  it.each([
    ['2023-06-30', 'not-yet-due'],
    ['2023-07-01', 'due'],
    ['2023-07-28', 'due'],
    ['2023-07-29', 'late'],
  ])('on %s, with nothing received, is %s', (today, state) => {
    expect(stateOf(one, today, nothing)).toBe(state);
  });

  it('says which dataset was never delivered, and is settled by a file or a nil return at any time', () => {
    expect(stateOf(one, '2023-07-29', { ...nothing, everDelivered: false })).toBe('never-delivered');
    for (const today of ['2023-05-01', '2023-07-29']) {
      expect(stateOf(one, today, { ...nothing, nilReturn: true })).toBe('nil-return');
      expect(stateOf(one, today, { ...nothing, nilReturn: true, received: true })).toBe('received');
    }
  });
});
