import { describe, expect, it } from 'vitest';
import { recordKindOf } from './partition.js';

describe('what a row is to linkage', () => {
  it.each([
    ['user', 'child', 'person'],
    ['user', 'practitioner', 'person'],
    ['engagement', 'adult', 'fact'],
    ['feedback', 'adult', 'fact'],
    ['medium-term-outcome', 'child', 'fact'],
    ['user', 'none', 'impersonal'],
    ['engagement', 'none', 'impersonal'],
    // Money and materials are nobody, whoever reports them.
    ['input', 'adult', 'impersonal'],
  ] as const)('of data type %s and role %s: %s', (dataType, role, kind) => {
    expect(recordKindOf(dataType as never, role)).toBe(kind);
  });
});
