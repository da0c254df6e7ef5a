import { describe, expect, it } from 'vitest';
import type { Figure, ReachAnswer } from '../api/reporting.js';
import { reachTable } from './reach-table.js';

const known: Figure = {
  suppressed: [],
  ...{ coverage: 'files-received', children: 1200, adults: 5, families: 9, individuals: 1205 },
  ...{ childrenThroughCarerOnly: 2, workforce: 4, unlinkable: 3, referred: 1, upperBound: 1209 },
  ...{ indistinct: 0, anonymous: 5, byBirthDateAlone: 6, familyUnknown: 7, relatedFamilies: 8 },
  ...{ familiesUpperBound: 20, joinedByScore: 10 },
};
const nobody: Figure = {
  suppressed: [],
  ...{ coverage: 'files-received', children: 0, adults: 0, families: 0, individuals: 0 },
  ...{ childrenThroughCarerOnly: 0, workforce: 0, unlinkable: 0, referred: 0, upperBound: 0 },
  ...{ indistinct: 0, anonymous: 0, byBirthDateAlone: 0, familyUnknown: 0, relatedFamilies: 0 },
  ...{ familiesUpperBound: 0, joinedByScore: 0 },
};
const unknown: Figure = {
  suppressed: [],
  ...{ coverage: 'no-files', children: null, adults: null, families: null, individuals: null },
  ...{ childrenThroughCarerOnly: null, workforce: null, unlinkable: null, referred: null, upperBound: null },
  ...{ indistinct: null, anonymous: null, byBirthDateAlone: null, familyUnknown: null },
  ...{ relatedFamilies: null, familiesUpperBound: null, joinedByScore: null },
};

const answer: ReachAnswer = {
  ...{ programme: 'LEAP', period: '2023-24-Q4', label: 'Q4 2023/24', position: 99 },
  disclosure: 'none',
  reach: known,
  strands: [
    {
      ...{ strand: 'diet', name: 'Diet', ...known },
      services: [
        { service: 'cook', name: 'Cook', ...known },
        { service: 'garden', name: 'Garden', ...nobody },
        { service: 'walk', name: 'Walk', ...unknown },
        { service: 'capital', name: 'Capital', ...unknown, coverage: 'activity-only' },
      ],
    },
  ],
  otherServices: [],
  doubleCountingRemoved: { children: 0, adults: 0, families: 0 },
  byDeprivation: [],
};

describe('the reach table', () => {
  const lines = reachTable(answer).split('\n');
  const cellsOf = (name: string) =>
    lines
      .find((line) => line.trim().startsWith(name))
      ?.trim()
      .split(/ {2,}/);

  it('shows 0 for a service that reached nobody', () => {
    expect(cellsOf('Garden')).toEqual(['Garden', '0', '0', '0', '0', '0']);
  });

  it('shows no number for a service that sent nothing, and says why', () => {
    expect(cellsOf('Walk')).toEqual(['Walk', '–', '–', '–', '–', '–', 'no files received']);
    expect(cellsOf('Capital')?.at(-1)).toBe('reports activity, not people');
  });

  it('adds up: people plus doubtful rows make the upper bound', () => {
    expect(cellsOf('LEAP')).toEqual(['LEAP', '1,200', '5', '9', '4', '1,209']);
  });

  it('names the rows that it does not count', () => {
    expect(lines.slice(lines.indexOf('Not counted above:') + 1)).toEqual([
      '  Unlinkable rows, which the upper bound counts: 3.',
      '  Referred rows, which the upper bound counts: 1.',
      '  People who may share an email, a mobile or a case number with somebody counted, whom the upper bound counts: 0.',
      '  Anonymous attendances; each may stand for a group, and the upper bound counts none: 5.',
      '  Of those counted, distinguished by a birth date without an NHS number; twins count as one: 6.',
      '  People whom links by a score could hide, if every one were wrong; the upper bound takes them to be right: 10.',
      '  Of those counted, without an identifier and of unknown family; families leave them out: 7.',
      '  Children reached through a carer only: 2.',
      '  Practitioners and volunteers: 4.',
    ]);
  });
});
