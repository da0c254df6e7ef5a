import type { DatasetId, PeriodCode, ProgrammeId } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { submissionIdOf } from './submission-id.js';

const idOf = (programme: string, dataset: string, period: string, sequence: number) =>
  submissionIdOf(programme as ProgrammeId, dataset as DatasetId, period as PeriodCode, sequence);

describe('submissionIdOf', () => {
  // The expected ids were computed independently, with Python's hashlib.
  it.each([
    ['leap', 'natural-thinkers.user', '2023-24-Q2', 1, '3ed05e82e70af40760009ed1b645049a'],
    ['leap', 'natural-thinkers.user', '2023-24-Q2', 2, '01a0138b7b21838048deead41457e432'],
    ['leap', 'eyfsp.outcome', '2022-23-AY', 10, '0410abfaed65d6a4dddfe12a258996b0'],
  ])(
    'gives programme %s, dataset %s, period %s, sequence %i the id %s',
    (programme, dataset, period, sequence, expected) => {
      expect(idOf(programme, dataset, period, sequence)).toBe(expected);
    },
  );

  it('gives different ids when the same text is split differently into parts', () => {
    expect(idOf('leap', 'a.user', '2023-24-Q2', 11)).not.toBe(idOf('leap', 'a.user', '2023-24-Q21', 1));
    expect(idOf('leapa', '.user', '2023-24-Q2', 1)).not.toBe(idOf('leap', 'a.user', '2023-24-Q2', 1));
  });
});
