import { describe, expect, it } from 'vitest';
import type { FigureRowsAnswer } from '../figures/figures.js';
import type { AnsweredRow } from '../figures/figure-rows.js';
import { collectiveImpactSections } from './collective-impact-sections.js';

const answer = (rows: readonly object[]): FigureRowsAnswer => ({
  ...{ figure: 'f', version: 1, programme: 'P', period: 'lifetime', label: 'Lifetime' },
  ...{ position: 9, disclosure: 'none', behindSince: null },
  rows: rows.map((row): AnsweredRow => ({
    ...{ outcome: 'good', coverage: 'files-received', suppressed: [], ...row },
  })),
});
const ratio = (name: string, value: number, low: number, high: number) => ({
  ...{ [name]: value, [`${name}Low`]: low, [`${name}High`]: high },
});
const shares = (people: number, percent: number) => ({
  ...{ people, achieved: (people * percent) / 100, othersPeople: 1000, othersAchieved: 500 },
  ...{ achievedPercent: percent, achievedPercentLow: percent - 2, achievedPercentHigh: percent + 2 },
});
const cohort = answer([{ unlinkable: 40, referred: 2, children: 3050, incomplete: 50, compared: 3000 }]);
const linkage = answer([
  {
    measure: 'm',
    linkage: 'linked',
    scores: 3050,
    achieved: 1700,
    achievedPercentLow: 54,
    achievedPercentHigh: 57.5,
  },
  { measure: 'm', linkage: 'unlinkable', scores: 40, achieved: 18 },
]);
const none = { group: 'none', ...shares(1000, 50), othersPeople: 0, othersAchieved: 0 };
const of = { label: 'All periods', measures: [] };
const outcome = { id: 'good', name: 'Good development', measures: ['m'] };
const section = (...groups: readonly object[]) => {
  const [first] = collectiveImpactSections([outcome], { cohort, linkage, impact: answer(groups) }, of);
  return first!;
};
const rowsOf = (shown: ReturnType<typeof section>, table: number) =>
  (shown.tables[table]?.rows ?? []).map(({ name, cells, status }) => [name, ...cells, status]);

describe('the section of an outcome of collective impact', () => {
  it('finds no association where the interval of the adjusted ratio includes 1, whatever the crude one says', () => {
    const any = {
      ...{ group: 'any', ...shares(2000, 60) },
      ...{ ...ratio('riskRatio', 1.2, 1.1, 1.3), ...ratio('adjustedRiskRatio', 1.05, 0.998, 1.1) },
    };
    expect(section(none, any).finding).toBe(
      'Good development: achieved by 60.0 % of 2,000 children whose family had used a service before, and by 50.0 % of 1,000 children whose family had used none. No association found (adjusted risk ratio 1.050, 95 % interval 0.998 to 1.100).',
    );
    const touching = { ...any, ...ratio('adjustedRiskRatio', 1.05, 1, 1.1) };
    expect(section(none, touching).finding).toContain('No association found');
  });

  it('names an association and its direction, and never an effect', () => {
    const told = (value: number, low: number, high: number) =>
      section(none, {
        ...{ group: 'any', ...shares(2000, 60) },
        ...ratio('adjustedRiskRatio', value, low, high),
      });
    expect(told(1.2, 1.1, 1.31).finding).toMatch(
      /is associated with achieving it more often \(adjusted risk ratio 1\.20, 95 % interval 1\.10 to 1\.31\)\.$/,
    );
    expect(told(0.8, 0.7, 0.91).finding).toContain('associated with achieving it less often');
    const [, reading] = collectiveImpactSections([outcome], { cohort, linkage, impact: cohort }, of);
    expect(reading?.notes?.join(' ')).toContain('Each ratio is an association');
    for (const text of [told(1.2, 1.1, 1.31), told(0.8, 0.7, 0.91), reading])
      expect(JSON.stringify(text)).not.toMatch(/\beffects?\b|\bcaus(?:e|es|ed)\b|\bled to\b|\bthanks to\b/i);
  });

  it('has every group with its ratios crude and adjusted, and says of which too few are known', () => {
    const shown = section(
      none,
      { ...{ group: 'any', ...shares(2000, 60) }, ...ratio('riskRatio', 1.2, 1.1, 1.3) },
      {
        ...{ group: '2', ...shares(400, 75) },
        ...{ ...ratio('riskRatio', 1.5, 1.2, 1.9), ...ratio('adjustedRiskRatio', 1.4, 1.1, 1.8) },
        ...{ ...ratio('oddsRatio', 3, 2, 4.5), ...ratio('adjustedOddsRatio', 2.8, 1.9, 4.2) },
      },
      { group: '3+', people: null, achieved: null, suppressed: ['people', 'achieved', 'riskRatio'] },
    );
    expect(shown.finding).toContain('No adjusted ratio can be told of so few.');
    expect(rowsOf(shown, 1)).toContainEqual([
      '2 services',
      400,
      300,
      '75.0 %',
      '73.0 % to 77.0 %',
      'Counted',
    ]);
    expect(rowsOf(shown, 1)).toContainEqual(['1 service', 0, 0, null, null, 'No child in the group']);
    const associations = rowsOf(shown, 0);
    expect(associations[0]).toEqual([
      ...['Any service', '1.20 (1.10 to 1.30)', null, null, null, null, 'Too few for a ratio'],
    ]);
    expect(associations[2]).toEqual([
      ...['2 services', '1.50 (1.20 to 1.90)', '1.40 (1.10 to 1.80)'],
      ...['3.00 (2.00 to 4.50)', '2.80 (1.90 to 4.20)'],
      ...['Associated: more often', 'Counted'],
    ]);
    expect(associations[3]?.slice(0, 2)).toEqual(['3 or more services', '[c]']);
    expect(
      shown.forest?.groups.map(({ estimates, unknown }) => [estimates[1]?.ratio, unknown]),
    ).toContainEqual([...[undefined, '[c]']]);
  });

  it('tells from all scores to the children compared, and scores that are linked apart from those that are not', () => {
    const shown = section(none);
    expect(rowsOf(shown, 2).map(([step, count]) => [step, count])).toEqual(
      expect.arrayContaining([
        ['Eligible: scores that came in', 3090],
        ['Excluded: scores that cannot be linked', 40],
        ['Compared', 3000],
      ]),
    );
    expect(rowsOf(shown, 3)).toEqual([
      ['m, linked to a child', 3050, 1700, '55.7 %', '54.0 % to 57.5 %', 'Counted'],
      ['m, not linked: no usable identifier', 40, 18, '45.0 %', null, 'Counted'],
    ]);
    expect(shown.finding).toContain('nothing can be compared');
  });

  it('says that no data was collected of an outcome without a score', () => {
    const [shown] = collectiveImpactSections(
      [{ id: 'other', name: 'Birth weight', measures: ['m'] }],
      { cohort, linkage, impact: answer([none]) },
      of,
    );
    expect(shown?.finding).toBe('All periods: no data collected. No file holds a score of Birth weight.');
    expect(shown?.tables).toEqual([]);
  });
});
