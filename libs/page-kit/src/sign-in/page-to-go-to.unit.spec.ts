import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageToGoTo } from './page-to-go-to.js';

describe('the page to go to after signing in', () => {
  it.each(['/reach', '/reach?period=2023-24-Q2&scope=service%3Areal', '/submissions?page=2'])(
    'is the requested one: %s',
    (asked) => expect(pageToGoTo(asked, '/reach')).toBe(asked),
  );

  it.each([
    undefined,
    '',
    'https://attacker.example/',
    '//attacker.example',
    '/\\attacker.example',
    '/a\\b',
    '/\t/attacker.example',
    'reach',
    '/sign-in',
    '/sign-in/spent',
  ])('is the home page instead of %j', (asked) => expect(pageToGoTo(asked, '/reach')).toBe('/reach'));

  it('is never on another host, whatever is requested', () => {
    const start = fc.constantFrom('', '/', '//', '/\\', '/\t/', '/\n/', 'http:', '/./', '/../');
    fc.assert(
      fc.property(start, fc.string({ unit: 'binary' }), fc.webUrl(), (prefix, text, url) => {
        for (const asked of [prefix + text, prefix + url, prefix + url.slice('https:'.length)]) {
          expect(new URL(pageToGoTo(asked, '/reach'), 'http://127.0.0.1:4314').host).toBe('127.0.0.1:4314');
        }
      }),
    );
  });
});
