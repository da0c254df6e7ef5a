import type { SubmissionId } from '@kinledger/contracts';
import { describe, expect, it } from 'vitest';
import { standing, type Standable } from './standing.js';

const submission = (name: string, supersedes: readonly string[], withdrawn = false): Standable => ({
  submission: name as SubmissionId,
  withdrawn,
  supersedes: supersedes as readonly SubmissionId[],
});
const names = (submissions: readonly Standable[]) =>
  standing(submissions).map(({ submission: name }) => name);

describe('standing submissions', () => {
  it('are all that were added', () => {
    expect(names([submission('A', []), submission('B', [])])).toEqual(['A', 'B']);
  });

  it('are not those that a standing one replaced', () => {
    expect(names([submission('A', []), submission('B', []), submission('C', ['A', 'B'])])).toEqual(['C']);
  });

  it('come back when what replaced them is withdrawn', () => {
    expect(names([submission('A', []), submission('B', ['A'], true)])).toEqual(['A']);
  });

  it('do not come back while a replacement of their replacement stands', () => {
    expect(names([submission('A', []), submission('B', ['A']), submission('C', ['B'])])).toEqual(['C']);
    expect(names([submission('A', []), submission('B', ['A'], true), submission('C', ['B'])])).toEqual(['C']);
  });

  it('come back one after the other as replacements are withdrawn from the newest', () => {
    expect(names([submission('A', []), submission('B', ['A']), submission('C', ['B'], true)])).toEqual(['B']);
    expect(names([submission('A', []), submission('B', ['A'], true), submission('C', ['B'], true)])).toEqual([
      'A',
    ]);
  });

  it('are found whatever a submission supersedes that nobody knows', () => {
    expect(names([submission('B', ['A'])])).toEqual(['B']);
  });
});
