import { parsePeriod } from '@kinledger/domain';
import { expect, it } from 'vitest';
import { learningYearAsked, learningYearOf } from './learning-year.js';

it.each([
  ['2023-24-FY', 'financial', '2023-04-01', '2024-04-01', 'Financial year 2023/24'],
  ['1999-00-fy', 'financial', '1999-04-01', '2000-04-01', 'Financial year 1999/00'],
  ['2023-24-AY', 'academic', '2023-09-01', '2024-09-01', 'Academic year 2023/24'],
] as const)('reads %s as a %s year', (text, kind, start, end, label) => {
  expect(learningYearAsked(text, kind)).toMatchObject({ code: text.toUpperCase(), start, end, label });
});

it.each([
  ['2023-24-AY', 'financial'],
  ['2023-24-FY', 'academic'],
  ['2023-25-FY', 'financial'],
  ['2023-24-Q2', 'financial'],
  ['0000-01-FY', 'financial'],
  ['soon', 'financial'],
] as const)('refuses %s as a %s year, and says how to write one', (text, kind) => {
  expect(() => learningYearAsked(text, kind)).toThrow(
    expect.objectContaining({
      code: 'period-unreadable',
      detail: expect.stringContaining(`${kind} years`) as string,
    }),
  );
});

it('finds the year to which the end of a quarter belongs', () => {
  const of = (code: string, kind: 'financial' | 'academic') => learningYearOf(parsePeriod(code)!, kind).code;
  expect(['2023-24-Q1', '2023-24-Q4'].map((code) => of(code, 'financial'))).toEqual([
    '2023-24-FY',
    '2023-24-FY',
  ]);
  expect(['2023-24-Q1', '2023-24-Q2', '2023-24-Q4'].map((code) => of(code, 'academic'))).toEqual([
    ...['2022-23-AY', '2023-24-AY', '2023-24-AY'],
  ]);
});
