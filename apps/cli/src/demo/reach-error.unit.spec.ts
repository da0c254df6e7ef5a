import { describe, expect, it } from 'vitest';
import type { JudgedGroup } from './evaluation/reach-by-group.js';
import { reachErrorTables } from './reach-error.js';

const group = (name: string | null, missed: number, reached = 50): JudgedGroup => ({
  group: name,
  children: { figure: 27, truth: 30, error: -0.1 },
  adults: { figure: 22, truth: 20, error: 0.1 },
  families: { figure: 3, truth: 0, error: null },
  ...{ reached, missed, countedAgain: 0 },
});
const [ethnicity, deprivation, provider] = reachErrorTables({
  byGroup: {
    ethnicity: [group('other-arab', 4), group('not-stated', 1), group(null, 0, 0)],
    deprivation: [group('1', 5)],
    provider: [group('baby-steps-team', 2)],
  },
});

describe('the tables of reach errors', () => {
  it('name ethnic groups as the census does, and say where none is known', () => {
    expect(ethnicity?.rows.map(([name]) => name)).toEqual(['Arab', 'not stated', 'not known']);
    expect(deprivation?.rows[0]?.[0]).toBe('1');
    expect(provider?.rows[0]?.[0]).toBe('baby-steps-team');
  });

  it('give figure, truth and error of each kind, and the shares of those missed and counted again', () => {
    expect(ethnicity?.rows[0]?.slice(1)).toEqual([
      ...['27', '30', '-10.0 %', '22', '20', '+10.0 %', '3', '0', ''],
      ...['8.0 %', '0.0 %'],
    ]);
  });

  it('give no share of nobody', () => {
    expect(ethnicity?.rows[2]?.slice(-2)).toEqual(['', '']);
  });
});
