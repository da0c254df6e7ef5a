import { describe, expect, it } from 'vitest';
import { canonicalOf, DateOrderJudge } from './canonical-value.js';

describe('a number that a program wrote with a fraction', () => {
  it.each([
    ['birth-date', '19840512.0', '19840512'],
    ['postcode', '2000.0', '2000'],
    ['house-number', '12.0', '12'],
    ['mobile', '07700900123.00', '07700900123'],
    ['other-id', '5271003.0', '5271003'],
    ['attribute', '34.0', '34'],
  ] as const)('is the whole number: %s %s', (role, written, number) => {
    const canonical = canonicalOf(role, 'year-month-day');
    expect(canonical(number)).toBeDefined();
    expect(canonical(written)).toBe(canonical(number));
  });

  it('shows the order of a column of dates', () => {
    const judge = new DateOrderJudge();
    judge.add('19840512.0', 1);
    expect(judge.order()).toBe('year-month-day');
  });
});
