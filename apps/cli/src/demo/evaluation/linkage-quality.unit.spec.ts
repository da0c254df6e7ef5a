import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkageQuality, type JudgedRecord } from './linkage-quality.js';

/** The definition, computed pair by pair. */
function pairByPair(records: readonly JudgedRecord[]) {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  records.forEach((left, index) => {
    for (const right of records.slice(index + 1)) {
      const together = left.individual !== undefined && left.individual === right.individual;
      const truly = left.person === right.person;
      if (together && truly) counts.truePositives += 1;
      if (together && !truly) counts.falsePositives += 1;
      if (!together && truly) counts.falseNegatives += 1;
    }
  });
  return counts;
}

describe('linkageQuality', () => {
  it('counts pairs in an example worked out by hand', () => {
    const quality = linkageQuality([
      { person: 'Ada', individual: 'i1' },
      { person: 'Ada', individual: 'i1' },
      { person: 'Ada', individual: 'i2' },
      { person: 'Ben', individual: 'i2' },
      { person: 'Ben', individual: undefined },
    ]);
    // Linked: Ada-Ada (right), Ada-Ben (wrong). True: three pairs of Ada, one of Ben.
    expect(quality).toMatchObject({
      ...{ records: 5, setAside: 1, people: 2, individuals: 2 },
      ...{ truePositives: 1, falsePositives: 1, falseNegatives: 3 },
      ...{ precision: 0.5, recall: 0.25 },
    });
  });

  it('agrees with the definition for any records', () => {
    const record = fc.record({
      person: fc.constantFrom('Ada', 'Ben', 'Cleo'),
      individual: fc.constantFrom('i1', 'i2', 'i3', undefined),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        expect(linkageQuality(records)).toMatchObject(pairByPair(records));
      }),
    );
  });

  it('does not count two records set aside as linked', () => {
    const apart = { person: 'Ada', individual: undefined };
    expect(linkageQuality([apart, apart])).toMatchObject({ precision: 1, recall: 0, falseNegatives: 1 });
  });
});
