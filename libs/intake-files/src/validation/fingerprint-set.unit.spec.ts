import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FingerprintSet } from './fingerprint-set.js';

const sha256 = (text: string | Uint8Array) => hash('sha256', text, 'hex');

describe('a set of fingerprints', () => {
  it('contains the same texts as a set', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const fingerprints = new FingerprintSet(sha256);
        const seen = new Set<string>();
        for (const text of texts) {
          expect(fingerprints.add(text)).toBe(!seen.has(text));
          seen.add(text);
        }
        expect(fingerprints.size).toBe(seen.size);
      }),
    );
  });

  it('removes the same texts as a set', () => {
    // Enough texts that many of them share slots of the smallest table.
    const texts = Array.from({ length: 1800 }, (_, number) => `PT-${number}`);
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(texts.length - 1)), {
      maxLength: 4000,
      size: 'max',
    });
    fc.assert(
      fc.property(steps, (history) => {
        const fingerprints = new FingerprintSet(sha256);
        const seen = new Set<string>();
        for (const text of texts) if (fingerprints.add(text)) seen.add(text);
        for (const [adds, at] of history) {
          const text = texts[at] ?? '';
          if (adds) {
            if (fingerprints.add(text) === seen.has(text)) return false;
            seen.add(text);
          } else {
            fingerprints.delete(text);
            seen.delete(text);
          }
        }
        return (
          fingerprints.size === seen.size && texts.every((text) => fingerprints.add(text) !== seen.has(text))
        );
      }),
      { numRuns: 30 },
    );
  });

  it('keeps all texts as it grows', () => {
    const fingerprints = new FingerprintSet(sha256);
    const texts = Array.from({ length: 20_000 }, (_, number) => `PT-${number}`);
    expect(texts.filter((text) => fingerprints.add(text))).toHaveLength(20_000);
    expect(texts.filter((text) => fingerprints.add(text))).toEqual([]);
  });
});
