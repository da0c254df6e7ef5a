import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FingerprintHolders } from './fingerprint-holders.js';

it('gives the same answers as a map, at any size', () => {
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

it('does not confuse any two of many NHS numbers', () => {
  const holders = new FingerprintHolders();
  let taken = 0;
  for (let serial = 0; serial < 200_000; serial++) {
    if (!holders.isFirstHolder(`4${String(serial * 997).padStart(9, '0')}`, String(serial))) taken += 1;
  }
  expect(taken).toBe(0);
});
