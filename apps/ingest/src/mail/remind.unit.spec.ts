import { describe, expect, it } from 'vitest';
import { daysAfter, type ReturnState } from '../returns/expected-return.js';
import { remindsOn } from './remind.js';

const due = '2023-10-28';
/** The state of one return on a day, if nothing is ever sent. */
const stateOn = (day: string): ReturnState =>
  day > due ? 'late' : day >= '2023-10-01' ? 'due' : 'not-yet-due';

describe('a provider that sends nothing', () => {
  it('is reminded a week before, the day after, then weekly for three months, whenever the service looks', () => {
    const days: string[] = [];
    for (let day = '2023-09-01'; day < '2024-04-01'; day = daysAfter(day, 1))
      if (remindsOn([{ due, state: stateOn(day) }], day, days.at(-1))) days.push(day);
    expect(days.slice(0, 4)).toEqual(['2023-10-21', '2023-10-28', '2023-10-29', '2023-11-05']);
    expect(days.at(-1)).toBe('2024-01-21');
    expect(days).toHaveLength(15);
  });

  it('is not reminded twice on a day, and is reminded later if the service was away', () => {
    expect(remindsOn([{ due, state: 'late' }], '2023-10-29', '2023-10-29')).toBe(false);
    expect(remindsOn([{ due, state: 'late' }], '2023-11-02', '2023-10-21')).toBe(true);
  });
});

it.each<ReturnState>(['received', 'nil-return', 'not-yet-due'])(
  'nobody is reminded of what is %s',
  (state) => {
    expect(remindsOn([{ due, state }], '2023-10-15', undefined)).toBe(false);
  },
);
