import { describe, expect, it } from 'vitest';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import {
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
      ['Not known', 4, 1, 5, null],
    ]);
    expect(rowsOf(section, 1)).toEqual([
      ['1 (the most deprived)', 100, '25.0 %', 60, '75.0 %', '+50.0', '60.0 %'],
      ['5 (the least deprived)', 300, '75.0 %', 20, '25.0 %', '−50.0', '6.7 %'],
      ['Not known', 0, null, 4, null, null, null],
    ]);
    expect(section.finding).toContain(
      'is quintile 5 (the least deprived), with 25.0 % of those reached and 75.0 % of the population.',
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
      ['Not known', 0, 0, 0, null],
    ]);
    expect(section.notes?.join(' ')).toContain('there is no outside figure to compare with');
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
      ['Ethnic group: Not known', 2, 1, '50.0 % (9.5 to 90.5)', 0, 0, null],
    ]);
  });
});
