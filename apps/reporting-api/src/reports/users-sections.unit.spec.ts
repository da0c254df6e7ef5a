import { describe, expect, it } from 'vitest';
import type { AnsweredRow } from '../figures/figure-rows.js';
import type { FigureRowsAnswer } from '../figures/figures.js';
import { usersSections } from './users-sections.js';

const of = { key: 'period', scope: 'service:real', scopeName: 'Real', label: 'Q2 2023/24' };

const answered = (rows: readonly Readonly<Record<string, unknown>>[]): FigureRowsAnswer => ({
  ...{ figure: 'any', version: 1, programme: 'LEAP', period: '2023-24-Q2', label: 'Q2 2023/24' },
  ...{ position: 41, disclosure: 'none', behindSince: null },
  rows: rows.map((row): AnsweredRow => ({
    scope: of.scope,
    coverage: 'files-received',
    suppressed: [],
    ...row,
  })),
});

const quintile = (value: string | null, rest: object) => ({
  characteristic: 'deprivationQuintile',
  value,
  ...rest,
});

describe('who the people are', () => {
  const reached = answered([
    quintile('1', { children: 6, adults: 0 }),
    quintile('2', { children: 1, adults: 1 }),
    quintile(null, { children: 0, adults: 2 }),
    { characteristic: 'lsoa', value: 'E01', children: 9, adults: 9 },
    { ...quintile('1', { children: 99, adults: 99 }), scope: 'service:other' },
  ]);
  const population = answered([
    { ...quintile('1', { reached: 6, inPopulation: 50 }), population: 'under-five', edition: '2021' },
    { ...quintile('2', { reached: 2, inPopulation: 50 }), population: 'under-five', edition: '2021' },
    { ...quintile(null, { reached: 1, inPopulation: 0 }), population: 'under-five', edition: '2021' },
  ]);

  it('has n, the share of those known, and a line for unknown', () => {
    const sections = usersSections(of, reached, { population, isDrawn: true });
    expect(sections.map(({ title }) => title)).toEqual(['Who they are: deprivation quintile']);
    expect(sections[0]?.finding).toBe(
      'Real, Q2 2023/24: the commonest is “1”: 6 of 8 children and adults of whom it is known (75.0 %). Of 2 it is not known.',
    );
    expect(sections[0]?.tables[0]?.rows.map(({ name, cells }) => [name, ...cells])).toEqual([
      ['1', 6, 0, 6, '75.0 %'],
      ['2', 1, 1, 2, '25.0 %'],
      ['No record', 0, 2, 2, null],
    ]);
    expect(sections[0]?.chart?.bars.map(({ values }) => values)).toEqual([
      [6, 1, 0],
      [0, 1, 2],
    ]);
  });

  it('compares shares with those of the population of the same definition, in points', () => {
    const [section] = usersSections(of, reached, { population, isDrawn: false });
    expect(section?.chart).toBeUndefined();
    expect(section?.tables[1]?.rows.map(({ name, cells }) => [name, ...cells])).toEqual([
      ['1', 6, '75.0 %', '50.0 %', '+25.0'],
      ['2', 2, '25.0 %', '50.0 %', '−25.0'],
      ['No record', 1, null, null, null],
    ]);
  });

  it('says between which numbers the people of each group are', () => {
    const bounds = {
      doubleCountingRemoved: 2,
      unlinkable: 3,
      referred: 1,
      awaitingReview: 1,
      joinedByScore: 4,
    };
    const certainty = answered([
      quintile('1', { individuals: 6, atLeast: 5, atMost: 11, ...bounds }),
      { characteristic: 'all', value: 'all', individuals: 10, atLeast: 8, atMost: 14, ...bounds },
    ]);
    const [section] = usersSections(of, reached, { population: answered([]), certainty, isDrawn: false });
    expect(section?.tables[1]?.rows.map(({ name, cells }) => [name, ...cells])).toEqual([
      ['1', 6, 2, 3, 1, 1, 5, 11, 4],
    ]);
    expect(section?.tables[1]?.definition).toContain('It takes links by a score');
    expect(section?.tables[1]?.caption).toContain('People of whom it is not known may belong to any group');
  });

  it('computes no share of what is suppressed', () => {
    const rows = answered([
      { ...quintile('1', { children: null, adults: 10 }), suppressed: ['children'] },
      quintile('2', { children: 10, adults: 10 }),
    ]);
    const [section] = usersSections(of, rows, { population: answered([]), isDrawn: true });
    expect(section?.finding).toBeUndefined();
    expect(section?.tables[0]?.rows.map(({ cells }) => cells)).toEqual([
      ['[c]', 10, '[c]', null],
      [10, 10, 20, null],
    ]);
    expect(section?.chart?.unknown).toEqual(['[c]', 'Not known']);
  });
});
