import { describe, expect, it } from 'vitest';
import { borrowed } from './borrowed-stratum.js';
import { coldStartModel } from './cold-start.js';

const fields = [
  { name: 'surname', kind: 'surname' },
  { name: 'birth-date', kind: 'birth-date' },
] as const;
const size = (stratum: 'child' | 'adult', records: number) => ({
  ...{ stratum, records, candidates: 0 },
  pairs: (records * (records - 1)) / 2,
});
const large = coldStartModel(fields, 10_000).strata[1]!;
const expected = ({ classes, pairs }: typeof large, name: string) =>
  classes.find((each) => each.class === name)!.share * pairs;

describe('a stratum that borrows its model', () => {
  it('expects as many matches for each record as the other', () => {
    const small = borrowed(large, size('child', 10_000), size('adult', 100));
    expect(small).toMatchObject({ stratum: 'adult', pairs: 4950 });
    expect(expected(small, 'match') / 100).toBeCloseTo(expected(large, 'match') / 10_000, 6);
    expect(small.classes.map(({ levels }) => levels)).toEqual(large.classes.map(({ levels }) => levels));
    expect(small.classes.reduce((all, { share }) => all + share, 0)).toBeCloseTo(1, 9);
  });

  it('has shares that are probabilities, however small it is', () => {
    const { classes } = borrowed(large, size('child', 10_000), { ...size('adult', 2), records: 1_000_000 });
    for (const { share } of classes) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });
});
