import fc from 'fast-check';
import { expect, it } from 'vitest';
import { depthOf } from './json-bodies.js';

const depthOfValue = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOfValue))
    : 0;

it('finds the nesting depth of the brackets of any JSON text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, spaces) => {
      expect(depthOf(JSON.stringify(value, null, spaces))).toBe(depthOfValue(value));
    }),
  );
});

it.each([
  ['brackets inside a string', '{"a":"[[[{{{\\"[["}', 1],
  ['an unterminated string', '["[[[', 1],
  ['unclosed brackets', '[[[[', 4],
  ['a million brackets', '['.repeat(1_000_000), 1_000_000],
])('counts %s', (_what, text, depth) => {
  expect(depthOf(text)).toBe(depth);
});
