import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessLinkage } from './assess-linkage.js';
import { boundCount, type CountedCases } from './bound-count.js';

const exactly = (rate: number) => ({ low: rate, high: rate });
/** Counts of rows that all have an identifier. */
const counts = (of: Omit<CountedCases, 'identified'>): CountedCases => ({ ...of, identified: of });

describe('the bounds of a count', () => {
  it('are those of an example worked out by hand', () => {
    // 300 links hold 1,000 individuals together. At most 1 % of them are wrong: 3 more people. At most a quarter of the
    // links that should be there is missing: 400 links hold 900 people together.
    expect(
      boundCount(counts({ counted: 1_000, cases: 1_300, unlinkable: 20, referred: 4 }), {
        falseLinks: { low: 0, high: 0.01 },
        missedLinks: { low: 0.1, high: 0.25 },
      }),
    ).toEqual({ low: 900, high: 1_000 + 3 + 24 });
  });

  it('hold the true number if the rates are the true ones, whatever was linked', () => {
    const record = fc.record({
      person: fc.constantFrom('Ada', 'Ben', 'Cleo', 'Dan', 'Eve'),
      individual: fc.constantFrom('i1', 'i2', 'i3', 'i4', undefined),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (cases) => {
        const { quality } = assessLinkage(cases);
        const { falseLinks, missedLinks } = quality.measures;
        const { low, high } = boundCount(
          counts({
            counted: quality.individuals,
            cases: quality.records - quality.setAside,
            ...{ unlinkable: quality.setAside, referred: 0 },
          }),
          { falseLinks: exactly(falseLinks.value ?? 0), missedLinks: exactly(missedLinks.value ?? 0) },
        );
        const linked = new Set(cases.filter(({ individual }) => individual).map(({ person }) => person));
        expect(low).toBeLessThanOrEqual(linked.size);
        expect(high).toBeGreaterThanOrEqual(quality.people);
      }),
      { numRuns: 100 },
    );
  });

  it('leave rows without an identifier out of the lower bound, since no rate is known of them', () => {
    // 100 people have two cases each, which an NHS number links. 100 more cases are theirs too, but have a case number only.
    const seen = {
      counted: 200,
      cases: 300,
      identified: { counted: 100, cases: 200 },
      ...{ unlinkable: 0, referred: 0 },
    };
    const errors = { falseLinks: exactly(0), missedLinks: { low: 0, high: 0.2 } };
    expect(boundCount(seen, errors)).toEqual({ low: 75, high: 200 });
    expect(boundCount({ ...seen, identified: { counted: 0, cases: 0 } }, errors).low).toBe(1);
  });

  it('reach from nobody where all links may be missing, and never below one person who was counted', () => {
    const errors = { falseLinks: exactly(0), missedLinks: exactly(1) };
    expect(boundCount(counts({ counted: 5, cases: 9, unlinkable: 0, referred: 0 }), errors).low).toBe(1);
    expect(boundCount(counts({ counted: 0, cases: 0, unlinkable: 3, referred: 0 }), errors)).toEqual({
      low: 0,
      high: 3,
    });
  });
});
