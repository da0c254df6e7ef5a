import { describe, expect, it } from 'vitest';
import { canonicalOf } from '../values/canonical-value.js';
import { dateOfParts } from './date-parts.js';

describe('a date of three parts', () => {
  it.each([
    ['1984', '5', '12', '19840512'],
    ['1984.0', '05', '12.0', '19840512'],
    ['84', '5', '12', '19840512'],
    ['1984', 'May', '12', '19840512'],
  ])('is read as one: %s, %s, %s', (year, month, day, date) => {
    expect(canonicalOf('birth-date', 'year-month-day')(dateOfParts(year, month, day))).toBe(date);
  });

  it.each([
    ['', '5', '12'],
    ['1984', '', '12'],
    ['1984', '5', ''],
  ])('is none where a part is missing: %j, %j, %j', (year, month, day) => {
    expect(dateOfParts(year, month, day)).toBe('');
  });
});
