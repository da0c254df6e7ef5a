import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePeriod, periodOfCode } from './parse-period.js';
import {
  academicYear,
  comparePeriods,
  contains,
  isCalendarDate,
  nextPeriod,
  periodOfDate,
  periodRank,
  previousPeriod,
  quarter,
  quartersOfYear,
} from './period.js';
import type { Period, QuarterNumber } from './period.js';

const isoDates = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const startYears = fc.integer({ min: 2, max: 9997 });
const quarters = fc
  .tuple(startYears, fc.constantFrom<QuarterNumber>(1, 2, 3, 4))
  .map(([year, number]) => quarter(year, number));
const periods: fc.Arbitrary<Period> = fc.oneof(quarters, startYears.map(academicYear));

describe('a financial quarter', () => {
  it('spans 1 July to 30 September 2023 as Q2 2023/24', () => {
    expect(quarter(2023, 2)).toEqual({
      code: '2023-24-Q2',
      kind: 'quarter',
      start: '2023-07-01',
      end: '2023-10-01',
      label: 'Q2 2023/24',
    });
  });

  it('lies in the second calendar year as Q4, and handles the turn of a century', () => {
    expect(quarter(1999, 4)).toMatchObject({
      code: '1999-00-Q4',
      start: '2000-01-01',
      end: '2000-04-01',
      label: 'Q4 1999/00',
    });
  });

  it('contains each day exactly once per financial year', () => {
    fc.assert(
      fc.property(isoDates, (date) => {
        const found = periodOfDate(date)!;
        const startYear = Number(found.code.slice(0, 4));
        const candidates = [startYear - 1, startYear, startYear + 1].flatMap((year) => [
          ...quartersOfYear(year),
        ]);
        expect(candidates.filter((period) => contains(period, date))).toEqual([found]);
      }),
    );
  });

  it('ends where the next period begins, as academic years do', () => {
    fc.assert(
      fc.property(periods, (period) => {
        expect(nextPeriod(period).start).toBe(period.end);
        expect(previousPeriod(nextPeriod(period))).toEqual(period);
        expect(comparePeriods(period, nextPeriod(period))).toBeLessThan(0);
        expect(comparePeriods(period, period)).toBe(0);
      }),
    );
  });

  it('refuses a start year that is not a whole number from 1 to 9998', () => {
    expect(() => quarter(0, 1)).toThrow(RangeError);
    expect(() => quarter(9999, 1)).toThrow(RangeError);
    expect(() => academicYear(2023.5)).toThrow(RangeError);
  });
});

describe('an academic year', () => {
  it('runs from September to August', () => {
    expect(academicYear(2023)).toEqual({
      code: '2023-24-AY',
      kind: 'academic-year',
      start: '2023-09-01',
      end: '2024-09-01',
      label: 'Academic year 2023/24',
    });
    expect(periodOfDate('2024-08-31', 'academic-year')?.code).toBe('2023-24-AY');
    expect(periodOfDate('2024-09-01', 'academic-year')?.code).toBe('2024-25-AY');
  });

  it('sorts between the quarters around its start', () => {
    const inOrder = [
      quarter(2021, 1),
      quarter(2021, 2),
      academicYear(2021),
      quarter(2021, 3),
      quarter(2021, 4),
    ];
    expect(inOrder.toReversed().sort(comparePeriods)).toEqual(inOrder);
  });
});

describe('the order of periods', () => {
  it('is by first day, then by last day, without ties', () => {
    const byDays = (left: Period, right: Period) =>
      Date.parse(left.start) - Date.parse(right.start) || Date.parse(left.end) - Date.parse(right.end);
    const close = fc
      .tuple(fc.integer({ min: 2000, max: 2003 }), fc.constantFrom('AY', 1, 2, 3, 4))
      .map(([year, part]) => (part === 'AY' ? academicYear(year) : quarter(year, part as QuarterNumber)));
    fc.assert(
      fc.property(fc.oneof(close, periods), fc.oneof(close, periods), (left, right) => {
        expect(Math.sign(comparePeriods(left, right))).toBe(Math.sign(byDays(left, right)));
        expect(periodRank(left) === periodRank(right)).toBe(left.code === right.code);
      }),
      { numRuns: 1000 },
    );
  });

  it('ranks every period as a whole number below 2^21, which leaves room for a sequence', () => {
    for (const period of [quarter(1, 1), academicYear(9998), quarter(9998, 4)]) {
      expect(Number.isInteger(periodRank(period))).toBe(true);
      expect(periodRank(period)).toBeGreaterThanOrEqual(0);
      expect(periodRank(period)).toBeLessThan(2 ** 21);
    }
  });
});

describe('parsePeriod', () => {
  it.each([
    '2023-24-Q2',
    ' 2023-24-q2 ',
    'Q2 2023/24',
    'q2 2023-2024',
    '202324 Q2',
    '202324Q2',
    '202324 Financial year Q2',
    'Financial year Q2 202324',
    'FY 2023/24 Quarter 2',
    'Quarter 2 of 2023–24',
    '2023-07-01 to 2023-09-30',
    '01/07/2023 - 30/09/2023',
  ])('reads %s as Q2 2023/24', (text) => {
    expect(parsePeriod(text)?.code).toBe('2023-24-Q2');
  });

  it.each([
    '2023-24-AY',
    'Academic year 2023/24',
    '202324 academic year',
    'AY 2023-24',
    '2023-09-01 to 2024-08-31',
  ])('reads %s as the academic year 2023/24', (text) => {
    expect(parsePeriod(text)?.code).toBe('2023-24-AY');
  });

  it.each([
    '',
    '202324',
    '2023/24',
    '2023-25-Q2',
    '2023-24-Q5',
    '2023-24-Q22',
    '0000-01-Q1',
    '9999-00-Q1',
    'Q2',
    '2023-07-01',
    '2023-07-01 to 2023-09-29',
    '2023-02-30 to 2023-09-30',
    '2023-24-Q2; DROP TABLE',
    '２０２３-24-Q2x',
    'Q2 2023/24'.padEnd(100),
    `${'financial year '.repeat(1000)}Q2`,
  ])('rejects %s', (text) => {
    expect(parsePeriod(text)).toBeUndefined();
  });

  it('reads back the code and the label of every period', () => {
    fc.assert(
      fc.property(periods, (period) => {
        expect(parsePeriod(period.code)).toEqual(period);
        expect(parsePeriod(period.label)).toEqual(period);
        expect(periodOfCode(period.code)).toEqual(period);
      }),
    );
  });

  it('never throws, and reads back the code of whatever it accepts', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('2023', '24', '-', '/', 'Q', '2', ' ', 'fy', 'AY', 'to', '\u0000'), {
          maxLength: 9,
        })
        .map((parts) => parts.join('')),
      fc.anything() as fc.Arbitrary<string>,
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const period = parsePeriod(text);
        if (period !== undefined) expect(parsePeriod(period.code)).toEqual(period);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives no period for a code whose years are not consecutive', () => {
    expect(() => periodOfCode('2023-25-Q1' as never)).toThrow(RangeError);
  });
});

describe('isCalendarDate and periodOfDate', () => {
  it('know leap years', () => {
    expect(['2024-02-29', '2000-02-29'].every(isCalendarDate)).toBe(true);
    expect(
      ['2023-02-29', '1900-02-29', '2023-13-01', '2023-04-31', '2023-4-1', '0000-01-01'].some(isCalendarDate),
    ).toBe(false);
  });

  it('accept every day of the proleptic Gregorian calendar', () => {
    fc.assert(fc.property(isoDates, (date) => isCalendarDate(date)));
  });

  it('find no period for text that is not a day', () => {
    expect(periodOfDate('2023-02-30')).toBeUndefined();
    expect(periodOfDate('yesterday')).toBeUndefined();
  });
});
