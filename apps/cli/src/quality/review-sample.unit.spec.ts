import { describe, expect, it } from 'vitest';
import type { LiveRecord, MadeLink } from './live-records.js';
import type { LedgerRecords } from './read-live-records.js';
import { drawReview, readSample, reviewableLinks, reviewedLinks, sampleCsv } from './review-sample.js';

const keyOf = (number: number) => String(number).padStart(32, '0');
const link = (number: number, rule: string, score?: number, dataset = 'baby-steps.user'): MadeLink => {
  const end = (row: number) => ({ rowKey: keyOf(row), dataset }) as unknown as LiveRecord; // all that is read
  return { ends: [end(number), end(number + 100_000)], rule, score };
};
const links = [
  ...Array.from({ length: 40 }, (_, index) => link(index, 'email')),
  ...Array.from({ length: 60 }, (_, index) => link(1_000 + index, 'kin-1', 8_500)),
];

describe('a sample of links to review', () => {
  const pairs = drawReview(links, { size: 20, seed: 'a' });

  it('is drawn by rule and band of score, and says how many links each stratum has', () => {
    const strata = new Map(pairs.map(({ stratum, links: size }) => [stratum, size]));
    expect([...strata]).toEqual([
      ['email', 40],
      ['kin-1, 6 to 9 bits', 60],
    ]);
    expect(pairs).toHaveLength(20);
    const [strong] = drawReview([link(1, 'kin-1', 21_000)], { size: 1, seed: 'a' });
    expect(strong?.stratum).toBe('kin-1, 15 bits and more');
  });

  it('leaves out sensitive datasets, facts and datasets that are no longer defined', () => {
    const datasets: Record<string, object> = {
      'baby-steps.user': { dataType: 'user' },
      'refuge.user': { dataType: 'user', sensitive: true },
      'baby-steps.engagement': { dataType: 'engagement' },
    };
    const ids = [...Object.keys(datasets), 'gone.user'];
    const ledger = {
      records: { links: () => ids.map((id, index) => link(index, 'email', undefined, id)) },
      dataset: (id: string) => datasets[id],
    } as unknown as LedgerRecords;
    expect(reviewableLinks(ledger).map(({ ends }) => ends[0].dataset)).toEqual(['baby-steps.user']);
  });

  it('leaves out links that a review made, which would judge themselves', () => {
    const ledger = {
      records: { links: () => [link(1, 'reviewed'), link(2, 'email')] },
      dataset: () => ({ dataType: 'user' }),
    } as unknown as LedgerRecords;
    expect(reviewableLinks(ledger).map(({ rule }) => rule)).toEqual(['email']);
  });

  it('is read back as it was written', () => {
    expect(readSample(sampleCsv(pairs), 'sample.csv')).toEqual(pairs);
  });

  it('is refused with the line that is none', () => {
    const text = sampleCsv(pairs).replace(/,\n/, ',perhaps\n');
    expect(() => readSample(text, 'sample.csv')).toThrow(/^sample\.csv, line 2: decision: /);
  });

  it('is counted by what was written into it, and unsure is undecided', () => {
    const [first, second, third, ...rest] = pairs;
    const filled = [
      { ...first!, decision: 'different' as const },
      { ...second!, decision: 'unsure' as const },
      { ...third!, decision: 'same' as const },
    ];
    const { strata, falseLinks } = reviewedLinks([...filled, ...rest]);
    expect(strata[0]).toMatchObject({ stratum: 'email', same: 1, different: 1, undecided: 6 });
    expect(strata[1]).toMatchObject({ sampled: 12, same: 0, different: 0, undecided: 12 });
    expect(falseLinks.value).toBe(0.5);
    expect(reviewedLinks(pairs).falseLinks.value).toBeNull();
  });
});
