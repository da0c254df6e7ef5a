import { nextPeriod, periodOfDate, quarter } from '@kinledger/domain';
import type { ReceivedFiles } from '@kinledger/figures';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasBegun, offeredPeriods } from './offered-periods.js';

const file = (period: string): ReceivedFiles => ({
  ...{ service: 'steps', dataType: 'engagement', extractKind: 'delta', period },
});
const codes = (periods: readonly { readonly code: string }[]) => periods.map(({ code }) => code);

describe('the periods on offer', () => {
  it('end with the present quarter, whatever dates rows hold', () => {
    const { quarters, opens } = offeredPeriods(
      [file('2021-22-Q1')],
      ['2021-04-01', '2091-04-01'],
      '2021-12-31',
    );
    expect(codes(quarters)).toEqual(['2021-22-Q1', '2021-22-Q2', '2021-22-Q3']);
    expect(opens.code).toBe('2021-22-Q1');
  });

  it('include the next quarter from its first day', () => {
    expect(offeredPeriods([file('2021-22-Q1')], [], '2021-06-30').quarters.at(-1)?.code).toBe('2021-22-Q1');
    expect(offeredPeriods([file('2021-22-Q1')], [], '2021-07-01').quarters.at(-1)?.code).toBe('2021-22-Q2');
  });

  it('leave out a future period, even if a file has come for it', () => {
    const { quarters, opens } = offeredPeriods([file('2021-22-Q1'), file('2031-32-Q1')], [], '2021-08-01');
    expect(codes(quarters)).toEqual(['2021-22-Q1', '2021-22-Q2']);
    expect(opens.code).toBe('2021-22-Q1');
  });

  it('include earlier quarters with attendance, and none between those and the first file', () => {
    const { quarters } = offeredPeriods([file('2021-22-Q2')], ['2019-01-01'], '2021-08-01');
    expect(codes(quarters)).toEqual(['2018-19-Q4', '2021-22-Q2']);
  });

  it('include the quarters and the academic year of a file for a school year, as far as they have begun', () => {
    const { quarters, academicYears } = offeredPeriods([file('2021-22-AY')], [], '2022-01-10');
    expect(codes(quarters)).toEqual(['2021-22-Q2', '2021-22-Q3', '2021-22-Q4']);
    expect(codes(academicYears)).toEqual(['2021-22-AY']);
    expect(codes(offeredPeriods([file('2021-22-Q2')], [], '2021-08-31').academicYears)).toEqual([]);
  });

  it('open with the latest quarter that has ended if there are no files', () => {
    const { quarters, opens } = offeredPeriods([], [], '2021-08-01');
    expect(codes(quarters)).toEqual(['2021-22-Q2']);
    expect(opens.code).toBe('2021-22-Q1');
  });

  it('are limited in number if a file names a period of the distant past', () => {
    expect(offeredPeriods([file('0101-02-Q1')], [], '2021-08-01').quarters.length).toBeLessThan(210);
  });

  it('are in order, listed once each, and have all begun', () => {
    const days = fc
      .date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    const quarterOf = (day: string) => periodOfDate(day)!;
    fc.assert(
      fc.property(fc.array(days), fc.array(days), days, (filed, reached, today) => {
        const { quarters, academicYears, opens } = offeredPeriods(
          filed.map((day) => file(quarterOf(day).code)),
          reached.map((day) => quarterOf(day).start),
          today,
        );
        expect(codes(quarters)).toEqual([...new Set(codes(quarters))]);
        expect(quarters.map(({ start }) => start)).toEqual(quarters.map(({ start }) => start).sort());
        expect([...quarters, ...academicYears, opens].every((period) => hasBegun(period, today))).toBe(true);
        expect(quarters.at(-1)).toEqual(quarterOf(today));
      }),
    );
  });
});

describe('a period', () => {
  it('has begun from its first day on', () => {
    const next = nextPeriod(quarter(2021, 1));
    expect([hasBegun(next, '2021-06-30'), hasBegun(next, '2021-07-01')]).toEqual([false, true]);
  });
});
