import { describe, expect, it } from 'vitest';
import { expiryOf } from './expiry.js';

const now = Date.parse('2027-03-01T12:00:00Z');

describe('the expiry of a token', () => {
  it.each([
    ['2027-03-31', '2027-04-01T00:00:00.000Z'],
    ['2027-03-01', '2027-03-02T00:00:00.000Z'],
    ['2027-03-31T17:00+01:00', '2027-03-31T16:00:00.000Z'],
    ['never', undefined],
  ])('is read from %s', (text, end) => expect(expiryOf(text, now)).toBe(end));

  it.each(['2027-02-30', '31/03/2027', 'soon', '', '2027-03-31T17:00', '2027-13-01'])(
    'is rejected if it is not a date: %s',
    (text) => expect(() => expiryOf(text, now)).toThrow('--expires is a day'),
  );

  it.each(['2027-02-28', '2027-03-01T12:00Z'])('is rejected if it is in the past: %s', (text) =>
    expect(() => expiryOf(text, now)).toThrow('is over'),
  );
});
