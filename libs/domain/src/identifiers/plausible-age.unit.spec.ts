import { describe, expect, it } from 'vitest';
import { isPlausibleAge } from './index.js';

const child = { isChild: true, earliest: '2024-05-05', latest: '2024-07-01' };
const adult = { ...child, isChild: false };
const ages = { childUnder: 18, adultFrom: 12, oldest: 115 };

describe('isPlausibleAge', () => {
  it.each([
    ['a child of two', '2022-03-01', child, true],
    ['a child who turns 18 the day after', '2006-05-06', child, true],
    ['a child who is 18 that day', '2006-05-05', child, false],
    ['a child of 62', '1962-03-01', child, false],
    ['a child born in a month 62 years ago', '1962-03', child, false],
    ['a child not born yet', '2024-09-01', child, true],
    ['an adult of two', '2022-03-01', adult, false],
    ['an adult who turns 12 on the last day', '2012-07-01', adult, true],
    ['an adult who turns 12 the day after', '2012-07-02', adult, false],
    ['an adult of 115', '1908-05-06', adult, true],
    ['an adult of 116', '1908-05-05', adult, false],
    ['an adult by the month', '1990-02', adult, true],
  ])('decides for %s', (_case, born, measure, expected) => {
    expect(isPlausibleAge(born, measure, ages)).toBe(expected);
  });

  it.each([
    ['a child of 19 where children are under 20', '2005-05-05', child, { childUnder: 20 }, true],
    ['a child of two where children are under two', '2022-03-01', child, { childUnder: 2 }, false],
    ['an adult of 14 where adults are 15 or more', '2010-05-05', adult, { adultFrom: 15 }, false],
    ['an adult of two where adults are two or more', '2022-03-01', adult, { adultFrom: 2 }, true],
    ['an adult of 116 where the oldest are 120', '1908-05-05', adult, { oldest: 120 }, true],
    ['an adult of 90 where the oldest are 89', '1934-05-05', adult, { oldest: 89 }, false],
  ])('follows the limits of the programme: %s', (_case, born, measure, limits, expected) => {
    expect(isPlausibleAge(born, measure, { ...ages, ...limits })).toBe(expected);
  });
});
