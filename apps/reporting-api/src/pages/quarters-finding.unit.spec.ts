import { describe, expect, it } from 'vitest';
import { quartersFinding } from './quarters-finding.js';

const quarter = (label: string, individuals: number | null, suppressed: string[] = []) => ({
  ...{ label, individuals, suppressed },
});

describe('the finding about reach by quarter', () => {
  it('compares the latest known quarter with the known quarter before it', () => {
    const quarters = [quarter('Q1', 1200), quarter('Q2', 1431), quarter('Q3', 1180)];
    expect(quartersFinding(quarters, 'Baby Steps')).toBe(
      'Baby Steps: 1,180 children and adults were reached in Q3, 251 fewer than in Q2.',
    );
    expect(quartersFinding(quarters.slice(0, 2), 'Baby Steps')).toContain('231 more than in Q1');
    expect(quartersFinding([quarter('Q1', 1), quarter('Q2', 1)], 'P')).toBe(
      'P: one child or adult was reached in Q2, as many as in Q1.',
    );
  });

  it('passes over quarters that are not known, and says how many they are', () => {
    const quarters = [quarter('Q1', 10), quarter('Q2', null), quarter('Q3', 12), quarter('Q4', null)];
    expect(quartersFinding(quarters, 'P')).toBe(
      'P: 12 children and adults were reached in Q3, 2 more than in Q1. 2 quarters shown are not known.',
    );
  });

  it('tells suppressed quarters from those that are not known', () => {
    const quarters = [quarter('Q1', 10), quarter('Q2', null, ['individuals']), quarter('Q3', null)];
    expect(quartersFinding(quarters, 'P')).toBe(
      'P: 10 children and adults were reached in Q1. One quarter shown is not known. One quarter shown is suppressed.',
    );
  });

  it('is none where no quarter is known', () => {
    expect(quartersFinding([quarter('Q1', null)], 'P')).toBeUndefined();
    expect(quartersFinding([], 'P')).toBeUndefined();
  });
});
