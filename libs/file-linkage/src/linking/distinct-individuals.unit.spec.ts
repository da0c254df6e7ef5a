import { describe, expect, it } from 'vitest';
import type { LinkRecords } from '../reading/records.js';
import { areDistinct } from './distinct-individuals.js';

/** Records without values: two hashes and a file number each. */
const recordsOf = (...hashes: readonly (readonly [high: number, low: number])[]): LinkRecords => ({
  ...{ count: hashes.length, stride: 3, fields: 0, sourceStarts: [0, hashes.length] },
  data: Int32Array.from(hashes.flatMap(([high, low]) => [high, low, 0])),
  signatureSlots: [],
  strata: new Uint8Array(hashes.length),
  idStarts: new Float64Array(hashes.length),
  idLengths: new Int32Array(hashes.length),
});

describe('the ids of individuals', () => {
  it.each([
    ['one half of the hashes', recordsOf([1, 2], [1, 3], [4, 2])],
    ['all but the last bit', recordsOf([-1, -1], [-1, -2], [-2, -1])],
  ])('may share %s', (_, records) => {
    expect(areDistinct({ records, clusterOf: Int32Array.of(0, 1, 2) })).toBe(true);
  });

  it('are alike if two first records have the same hashes', () => {
    const records = recordsOf([1, 2], [7, 8], [1, 2]);
    expect(areDistinct({ records, clusterOf: Int32Array.of(0, 1, 2) })).toBe(false);
  });

  it('are not those of other records', () => {
    const records = recordsOf([1, 2], [7, 8], [1, 2]);
    expect(areDistinct({ records, clusterOf: Int32Array.of(0, 1, 1) })).toBe(true);
  });
});
