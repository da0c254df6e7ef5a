import { describe, expect, it } from 'vitest';
import { recordKindOf } from './partition.js';

describe('recordKindOf', () => {
  it.each([
    ['user', 'child', 'person'],
    ['user', 'practitioner', 'person'],
    ['engagement', 'adult', 'fact'],
    ['feedback', 'adult', 'fact'],
    ['medium-term-outcome', 'child', 'fact'],
    ['user', 'none', 'impersonal'],
    ['engagement', 'none', 'impersonal'],
    // Money and materials are not people, whoever reports them.
    ['input', 'adult', 'impersonal'],
  ] as const)('takes data type %s with role %s for %s', (dataType, role, kind) => {
    expect(recordKindOf(dataType as never, role)).toBe(kind);
  });
});
