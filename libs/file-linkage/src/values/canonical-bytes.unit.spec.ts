import { placeholders } from '@kinledger/domain/identifiers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCanonical } from './canonical-bytes.js';
import { canonicalOf } from './canonical-value.js';

const recognised = (role: 'nhs-number' | 'mobile' | 'email', text: string): boolean => {
  const bytes = Buffer.from(`x${text}x`);
  return isCanonical(role, bytes, 1, bytes.length - 1);
};
const digit = fc.constantFrom(...Array.from('0123456789'));
const part = fc.string({ unit: fc.constantFrom(...Array.from('anote.-_@01M ')), maxLength: 8 });

describe.each([
  ['nhs-number', fc.string({ unit: digit, minLength: 9, maxLength: 11 }), '4857312064'],
  ['mobile', fc.string({ unit: digit, maxLength: 10 }).map((rest) => `07${rest}`), '07904817365'],
  [
    'email',
    fc
      .tuple(part, part, fc.constantFrom('com', 'co.uk', 'c', '1', 'x-y.org', '', 'none.com'))
      .map(([local, domain, end]) => `${local}@${domain}.${end}`),
    'amara.okafor7@mail.example.org',
  ],
] as const)('bytes of role %s', (role, texts, usual) => {
  const canonical = canonicalOf(role, 'year-month-day');

  it('are recognised only where the canonical form is the text itself', () => {
    fc.assert(
      fc.property(texts, (text) => {
        if (recognised(role, text)) expect(canonical(text)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('are recognised as usually written', () => {
    expect(recognised(role, usual)).toBe(true);
  });

  it('are not recognised where people wrote what stands for no value', () => {
    expect(placeholders[role].filter((text) => recognised(role, text))).toEqual([]);
  });
});
