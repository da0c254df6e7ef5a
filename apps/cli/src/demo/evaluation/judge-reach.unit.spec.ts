import { describe, expect, it } from 'vitest';
import type { Figure, ReachAnswer } from '../../api/reporting.js';
import { judgeReach } from './judge-reach.js';
import type { TrueReach } from './truth.js';

const figure = (children: number, adults: number, families: number): Figure => ({
  coverage: 'files-received',
  suppressed: [],
  ...{ children, adults, families, individuals: children + adults, childrenThroughCarerOnly: 0 },
  ...{ workforce: 0, unlinkable: 3, referred: 0, indistinct: 0, upperBound: children + adults + 3 },
  ...{ anonymous: 0, byBirthDateAlone: 0, familyUnknown: 0, relatedFamilies: 0 },
  ...{ familiesUpperBound: families + 3, joinedByScore: 0 },
});
const service = (id: string, of: Figure) => ({ service: id, name: id, ...of });

const answer: ReachAnswer = {
  ...{ programme: 'LEAP', period: '2023-24-Q4', label: 'Q4 2023/24', position: 99 },
  disclosure: 'none',
  reach: figure(11, 5, 9),
  strands: [
    {
      strand: 'diet',
      name: 'Diet',
      ...figure(11, 5, 9),
      services: [service('cook', figure(8, 5, 6)), service('garden', figure(7, 2, 5))],
    },
  ],
  otherServices: [],
  doubleCountingRemoved: { children: 4, adults: 2, families: 2 },
  byDeprivation: [],
};

const counts = (children: number, adults: number, families: number) => ({ children, adults, families });
const truth: TrueReach = {
  programme: counts(10, 5, 8),
  strands: { diet: counts(10, 5, 8) },
  services: { cook: counts(8, 5, 6), garden: counts(7, 0, 5) },
};

describe('judgeReach', () => {
  const judged = judgeReach(answer, truth);

  it('adds the truth and the error to every figure', () => {
    expect(judged.scopes.map(({ level, id }) => `${level} ${id}`)).toEqual([
      'programme programme',
      'strand diet',
      'service cook',
      'service garden',
    ]);
    expect(judged.scopes[0]?.children).toEqual({
      figure: 11,
      truth: 10,
      error: expect.closeTo(0.1) as number,
    });
    expect(judged.scopes[2]?.adults.error).toBe(0);
  });

  it('gives no error if the truth is 0', () => {
    expect(judged.scopes[3]?.adults).toEqual({ figure: 2, truth: 0, error: null });
  });

  it('compares double counting with the same sum over the truth', () => {
    expect(judged.trueDoubleCounting).toEqual({ children: 5, adults: 0, families: 3 });
  });
});
