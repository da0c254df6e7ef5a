import { expect, it } from 'vitest';
import { ageName } from './dates.js';

it.each([
  ['2026-11-28T11:59:30Z', '1 minute'],
  ['2026-11-28T11:01:00Z', '59 minutes'],
  ['2026-11-28T10:59:00Z', '1 hour'],
  ['2026-11-26T12:01:00Z', '47 hours'],
  ['2026-11-25T12:00:00Z', '3 days'],
])('says how long ago %s is, at noon on 28 November: %s', (iso, age) => {
  expect(ageName(iso, new Date('2026-11-28T12:00:00Z'))).toBe(age);
});
