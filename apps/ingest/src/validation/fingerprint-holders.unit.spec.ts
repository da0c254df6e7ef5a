import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FingerprintHolders } from './fingerprint-holders.js';

it('answers as a map would, however large it grows', () => {
  const text = fc.string({ maxLength: 3 });
  const holding = fc.array(fc.tuple(text, text), { maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(holding, (held) => {
      const holders = new FingerprintHolders();
      const map = new Map<string, string>();
      for (const [value, holder] of held) {
        if (!map.has(value)) map.set(value, holder);
        expect(holders.isFirstHolder(value, holder)).toBe(map.get(value) === holder);
      }
    }),
    { numRuns: 30 },
  );
});
