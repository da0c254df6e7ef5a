import { expect, it } from 'vitest';
import { headerKey, valueKey } from './header-key.js';

it('headers that people would call the same have one key', () => {
  const spellings = [
    'E-mail address',
    'Email Address',
    'EMAIL_ADDRESS',
    ' e-mail  address: ',
    'é-mail address',
  ];
  expect(new Set(spellings.map(headerKey))).toEqual(new Set(['emailaddress']));
});

it('a header without letters and digits has none', () => {
  expect(headerKey(' *** ')).toBe('');
});

it('values are compared without case and outer space, but with what is inside', () => {
  expect(valueKey(' Home Visit ')).toBe('home visit');
  expect(valueKey('1:1')).toBe('1:1');
});
