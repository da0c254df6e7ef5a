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

describe('standing', () => {
  it('keeps every added submission', () => {
    expect(names([submission('A', []), submission('B', [])])).toEqual(['A', 'B']);
  });

  it('drops submissions that a standing one replaced', () => {
    expect(names([submission('A', []), submission('B', []), submission('C', ['A', 'B'])])).toEqual(['C']);
  });

  it('keeps a replaced submission once its replacement is withdrawn', () => {
    expect(names([submission('A', []), submission('B', ['A'], true)])).toEqual(['A']);
  });

  it('drops a submission while the replacement of its replacement stands', () => {
    expect(names([submission('A', []), submission('B', ['A']), submission('C', ['B'])])).toEqual(['C']);
    expect(names([submission('A', []), submission('B', ['A'], true), submission('C', ['B'])])).toEqual(['C']);
  });

  it('brings submissions back one by one as replacements are withdrawn, newest first', () => {
    expect(names([submission('A', []), submission('B', ['A']), submission('C', ['B'], true)])).toEqual(['B']);
    expect(names([submission('A', []), submission('B', ['A'], true), submission('C', ['B'], true)])).toEqual([
      'A',
    ]);
  });

  it('ignores a superseded id that is not in the list', () => {
    expect(names([submission('B', ['A'])])).toEqual(['B']);
  });
});
