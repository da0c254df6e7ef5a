import { describe, expect, it } from 'vitest';
import { academicYear, quartersOfYear } from '@kinledger/domain';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import {
  aboutYear,
  areaSection,
  breakdowns,
  minimumSection,
  pairSections,
  prioritySection,
  servicesUsedSection,
} from './annual-learning-sections.js';
import type { PartOf } from './reach-sections.js';
import type { ReportSection } from './report.js';

const of: PartOf = { key: 'year', scope: 'programme', scopeName: 'Whole programme', label: '2023/24' };
const answer = (...rows: readonly object[]): FigureRowsAnswer => ({
  ...{ figure: 'f', version: 1, programme: 'P', period: '2023-24-FY', label: '2023/24' },
  ...{ position: 9, disclosure: 'none', behindSince: null },
  rows: rows.map((row): AnsweredRow => ({
    ...{ scope: 'programme', coverage: 'files-received', suppressed: [], ...row },
  })),
});
const rowsOf = ({ tables }: ReportSection, table: number) =>
  (tables[table]?.rows ?? []).map(({ name, cells }) => [name, ...cells]);
const [ethnicity, deprivation, ward, language] = breakdowns;

describe('the sections of annual learning', () => {
  const reached = answer(
    ...[
      ['1', 60],
      ['5', 20],
    ].map(([value, children]) => ({
      ...{ characteristic: 'deprivationQuintile', value, children, adults: 10 },
      ...{ unlinkable: 0, referred: 0 },
    })),
    {
      characteristic: 'deprivationQuintile',
      value: null,
      children: 4,
      adults: 1,
      unlinkable: 7,
      referred: 2,
    },
    {
      scope: 'service:real',
      characteristic: 'deprivationQuintile',
      value: '1',
      children: 1000,
      adults: 1000,
    },
    { characteristic: 'homeLanguage', value: 'english', children: 3, adults: 1, unlinkable: 0, referred: 0 },
  );
  const population = answer(
    ...[
      ['1', 100, 60],
      ['5', 300, 20],
      [null, 0, 4],
    ].map(([value, inPopulation, reachedOf]) => ({
      ...{ population: 'under-five', edition: 'Census 2021', characteristic: 'deprivationQuintile' },
      ...{ value, inPopulation, reached: reachedOf },
    })),
  );

  it('compare shares of those reached with shares of the population, of whom it is known, by edition', () => {
    const section = areaSection(of, deprivation, { reached, population });
    expect(rowsOf(section, 0)).toEqual([
      ['1 (the most deprived)', 60, 10, 70, '70.0 %'],
      ['5 (the least deprived)', 20, 10, 30, '30.0 %'],
      ['No record', 4, 1, 5, null],
    ]);
    expect(rowsOf(section, 1)).toEqual([
      ['1 (the most deprived)', 100, '25.0 %', 60, '75.0 %', '+50.0', '60.0 %'],
      ['5 (the least deprived)', 300, '75.0 %', 20, '25.0 %', '−50.0', '6.7 %'],
      ['No record', 0, null, 4, null, null, null],
    ]);
    expect(section.finding).toBe(
      '2023/24: of the population “Under five” (Census 2021), quintile 5 (the least deprived) is furthest below its share: 25.0 % of those who were reached, 75.0 % of all.',
    );
    expect(section.tables[1]?.denominator).toBe('The population, edition: Census 2021.');
    expect(section.notes?.[0]).toContain('7 rows that cannot be linked and 2 that wait for review');
  });

  it('say where nothing is known, and where there is no outside figure, and have a line for unknown all the same', () => {
    const nothing = areaSection(of, ethnicity, { reached, population });
    expect([nothing.finding, nothing.tables]).toEqual([
      '2023/24: no data collected. No file of people asks for it, or nobody was reached.',
      [],
    ]);
    expect(areaSection(of, ward, { reached, population }).finding).toContain('names no wards');
    const section = areaSection(of, language, { reached, population });
    expect(rowsOf(section, 0)).toEqual([
      ['English', 3, 1, 4, '100.0 %'],
      ['No record', 0, 0, 0, null],
    ]);
    expect(section.notes?.join(' ')).toContain('there is no outside figure to compare with');
  });

  it('leave out of shares who did not state a characteristic, or was not asked', () => {
    const row = { characteristic: 'ethnicityGroup', adults: 0, unlinkable: 0, referred: 0 };
    const answered = answer(
      { ...row, value: 'white', children: 30 },
      { ...row, value: 'mixed', children: 10 },
      { ...row, value: 'not-stated', children: 50 },
      { ...row, value: 'not-known', children: 6 },
      { ...row, value: 'not-applicable', children: 4 },
      { ...row, value: null, children: 0 },
    );
    const section = areaSection(of, ethnicity, { reached: answered, population: answer() });
    expect(rowsOf(section, 0).map(([name, , , , share]) => [name, share])).toEqual([
      ...[
        ['White', '75.0 %'],
        ['Mixed', '25.0 %'],
        ['Not stated', null],
      ],
      ...[
        ['Not known', null],
        ['Not applicable', null],
        ['No record', null],
      ],
    ]);
    expect(section.finding).toBe(
      '2023/24: the largest group is White, with 75.0 % of the 40 children and adults of whom it is known; of 60 it is not.',
    );
    const lives = { population: 'under-five', edition: 'Census 2021', characteristic: 'ethnicityGroup' };
    const area = answer(
      { ...lives, value: 'white', inPopulation: 80, reached: 30 },
      { ...lives, value: 'mixed', inPopulation: 20, reached: 10 },
      { ...lives, value: 'not-stated', inPopulation: 100, reached: 0 },
    );
    const compared = areaSection(of, ethnicity, { reached: answered, population: area });
    expect(compared.finding).toContain('White is furthest below its share: 75.0 % of those who were reached');
    expect(rowsOf(compared, 1)[2]).toEqual(['Not stated', 100, null, 0, null, null, '0.0 %']);
  });

  it('say that the data are of part of a year where they end before it', () => {
    const [, q2, q3] = quartersOfYear(2023);
    const year = academicYear(2022);
    expect(aboutYear(year, q2)).toBe(
      'What happened from 1 September 2022 to the end of the year. Nothing here is added up with other years.',
    );
    expect(aboutYear(academicYear(2023), q3)).toContain(
      'The data go no further than Q3 2023/24, so that these figures are of part of the year.',
    );
  });

  it('say nothing in a sentence of what is suppressed', () => {
    const hidden = answer({
      ...{ characteristic: 'deprivationQuintile', value: '1', children: null, adults: 3 },
      suppressed: ['children'],
    });
    const section = areaSection(of, deprivation, { reached: hidden, population });
    expect(section.finding).toBeUndefined();
    expect(rowsOf(section, 0)[0]).toEqual(['1 (the most deprived)', '[c]', 3, null, null]);
  });

  it('count families by services used, and name pairs together, in order and from the entry on', () => {
    const used = servicesUsedSection(
      of,
      answer(
        { services: 1, families: 6, individuals: 9, children: 5, adults: 4 },
        { services: 4, families: 2, individuals: 4, children: 2, adults: 2 },
      ),
    );
    expect(used.finding).toBe('2023/24: 2 of 8 families (25.0 %) used two services or more.');
    expect(rowsOf(used, 0)[1]).toEqual(['4 services or more', 2, '25.0 %', 4, 2, 2]);
    const counts = { individuals: 3, families: 2, children: 1, adults: 2 };
    const [together, ordered, steps] = pairSections(
      of,
      [
        answer({ one: 'a', other: 'b', ...counts }),
        answer({ earlier: 'b', later: 'a', ...counts }),
        answer(),
      ],
      (service) => service.toUpperCase(),
    );
    expect(together?.finding).toBe('2023/24: the commonest are A and B, with 3 children and adults.');
    expect(rowsOf(ordered!, 0)).toEqual([['B', 'A', 3, 2, 1, 2]]);
    expect([steps?.finding, steps?.tables]).toEqual(['2023/24: nobody used two services.', []]);
  });

  it('tell people of no known family from nobody', () => {
    const alone = { services: 1, families: 0, individuals: 5, children: 3, adults: 2 };
    const used = servicesUsedSection(of, answer(alone));
    expect(used.finding).toBe(
      '2023/24: the family of none of the 5 children and adults who were reached is known.',
    );
    expect(used.notes).toEqual([
      'Families leave out people whose family is not known; the other columns count them.',
    ]);
    expect(servicesUsedSection(of, answer()).finding).toBe('2023/24: nobody was reached.');
  });

  it('judge the priority population in three values, and the minimum by group with an interval', () => {
    const rule = 'First, version 3';
    const priority = prioritySection(
      of,
      answer(
        { priority: 'yes', rule, children: 6, adults: 2, families: 5, unlinkable: 0, referred: 0 },
        { priority: 'no', rule, children: 1, adults: 1, families: 2, unlinkable: 0, referred: 0 },
        { priority: null, rule, children: 3, adults: 0, families: 3, unlinkable: 1, referred: 0 },
      ),
    );
    expect(priority.finding).toBe(
      '2023/24: 8 of 10 children and adults of whom it is known (80.0 %) belong to the priority population; of 3 it is not known.',
    );
    expect(rowsOf(priority, 0).at(-1)).toEqual(['Not known', 3, 0, 3, '23.1 %']);
    const share = {
      childrenReachedPercent: 50,
      childrenReachedPercentLow: 9.5,
      childrenReachedPercentHigh: 90.5,
    };
    const counts = { children: 2, childrenReached: 1, adults: 0, adultsReached: 0, ...share };
    const minimum = minimumSection(
      of,
      answer(
        { characteristic: 'all', value: 'all', ...counts },
        { characteristic: 'ethnicityGroup', value: null, ...counts },
        { characteristic: 'gender', value: 'F', ...counts },
      ),
    );
    expect(minimum.finding).toContain('1 of 2 children and adults who began');
    expect(rowsOf(minimum, 0)).toEqual([
      ['Everybody', 2, 1, '50.0 % (9.5 to 90.5)', 0, 0, null],
      ['Ethnic group: No record', 2, 1, '50.0 % (9.5 to 90.5)', 0, 0, null],
    ]);
  });
});
