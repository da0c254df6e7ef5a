import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FingerprintSet } from './fingerprint-set.js';

describe('a set of fingerprints', () => {
  it('says which texts it has seen, as a set does', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const fingerprints = new FingerprintSet();
        const seen = new Set<string>();
        for (const text of texts) {
          expect(fingerprints.add(text)).toBe(!seen.has(text));
          seen.add(text);
        }
        expect(fingerprints.size).toBe(seen.size);
      }),
    );
  });

  it('forgets nothing as it grows', () => {
    const fingerprints = new FingerprintSet();
    const texts = Array.from({ length: 20_000 }, (_, number) => `PT-${number}`);
    expect(texts.filter((text) => fingerprints.add(text))).toHaveLength(20_000);
    expect(texts.filter((text) => fingerprints.add(text))).toEqual([]);
  });
});
