import { assessLinkage } from '@kinledger/linkage-quality';
import { describe, expect, it } from 'vitest';
import { describeTrueQuality, measuredText } from './describe-quality.js';
import { bySubgroup } from './subgroups.js';
import type { TrueQuality } from './true-quality.js';

const records = Array.from({ length: 40 }, (_, index) => ({
  person: `p${index % 20}`,
  individual: index === 39 ? 'another' : `i${index % 20}`,
  ...{
    role: 'child',
    family: 'f',
    area: undefined,
    ethnicity: index % 20 < 15 ? 'white-british' : 'mixed-other',
  },
  ...{ decile: '3', provider: 'refuge', administrative: false, hasNhsNumber: index % 2 === 0 },
}));
const errors = { falseLinks: { low: 0, high: 0.01 }, missedLinks: { low: 0, high: 0.1 } };
const figure = {
  ...{ counted: 256, cases: 265, unlinkable: 27, referred: 0, low: 252, high: 284, errors },
  identified: { counted: 256, cases: 265 },
  ...{ truth: 274, reached: 275, holds: true },
};
const assessed = assessLinkage(records);
const found: TrueQuality = {
  linkage: assessed.quality,
  subgroups: bySubgroup(assessed),
  period: '2023-24-Q4',
  reach: { children: figure, adults: figure, families: { ...figure, holds: false } },
};

describe('the description of a linkage’s quality', () => {
  const lines = describeTrueQuality(found).split('\n');

  it('gives each measure with its interval', () => {
    expect(lines.join('\n')).toMatch(/pairwise recall +95\.00 % \(\d+\.\d\d to \d+\.\d\d\)/);
    expect(measuredText({ value: null, interval: null })).toBe('unknown');
  });

  it('shows subgroups of ten people and more, and counts the others', () => {
    expect(lines.some((line) => /^ {2}white-british +15 +30 /.test(line))).toBe(true);
    expect(lines.some((line) => line.includes('mixed-other'))).toBe(false);
    expect(lines).toContain('  1 with fewer than 10 people: not shown');
    expect(lines.some((line) => /^ {2}not stated +20 +40 /.test(line))).toBe(true);
  });

  it('shows each figure between its bounds, with the truth', () => {
    expect(lines.find((line) => line.startsWith('  children'))).toMatch(
      /256 +252 +284 +265 +27 +0 +274 +275 +yes$/,
    );
    expect(lines.find((line) => line.startsWith('  families'))).toMatch(/no$/);
  });
});
