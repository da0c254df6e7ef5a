import { expect, it } from 'vitest';
import { headerKey, valueKey } from './header-key.js';

it('gives one key to headers that people would call the same', () => {
  const spellings = [
    'E-mail address',
    'Email Address',
    'EMAIL_ADDRESS',
    ' e-mail  address: ',
    'é-mail address',
  ];
  expect(new Set(spellings.map(headerKey))).toEqual(new Set(['emailaddress']));
});

it('gives an empty key to a header without letters and digits', () => {
  expect(headerKey(' *** ')).toBe('');
});

it('ignores case and outer space of values, but not inner space', () => {
  expect(valueKey(' Home Visit ')).toBe('home visit');
  expect(valueKey('1:1')).toBe('1:1');
});
