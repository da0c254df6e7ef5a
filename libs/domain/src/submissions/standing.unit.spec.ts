import type { SubmissionId } from '@kinledger/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standing, type Standable } from './standing.js';

const idOf = (sequence: number) => sequence.toString(16).padStart(32, '0') as SubmissionId;
const submission = (sequence: number, supersedes: readonly number[], withdrawn = false): Standable => ({
  submission: idOf(sequence),
  sequence,
  withdrawn,
  supersedes: supersedes.map(idOf),
});
const sequences = (submissions: readonly Standable[]) =>
  standing(submissions).map(({ sequence }) => sequence);

describe('standing submissions', () => {
  it('are all that were added', () => {
    expect(sequences([submission(1, []), submission(2, [])])).toEqual([1, 2]);
  });

  it('are not those that a standing one replaced', () => {
    expect(sequences([submission(1, []), submission(2, []), submission(3, [1, 2])])).toEqual([3]);
  });

  it('come back when what replaced them is withdrawn', () => {
    expect(sequences([submission(1, []), submission(2, [1], true)])).toEqual([1]);
  });

  it('are not revived by something that does not stand itself', () => {
    // 3 replaced 2, which had replaced 1: with 2 withdrawn as well, 1 is revived only once 3 goes too.
    expect(sequences([submission(1, []), submission(2, [1], true), submission(3, [2])])).toEqual([1, 3]);
    expect(sequences([submission(1, []), submission(2, [1]), submission(3, [2], true)])).toEqual([2]);
  });

  it('do not depend on the order in which they are listed', () => {
    const history = fc
      .array(fc.record({ withdrawn: fc.boolean(), replaces: fc.boolean() }), { maxLength: 8 })
      .map((entries) => {
        const submissions: Standable[] = [];
        for (const [index, { withdrawn, replaces }] of entries.entries()) {
          const supersedes = replaces ? standing(submissions).map(({ sequence }) => sequence) : [];
          submissions.push(submission(index + 1, supersedes, withdrawn));
        }
        return submissions;
      });
    fc.assert(
      fc.property(history, fc.nat(), (submissions, turn) => {
        const at = submissions.length === 0 ? 0 : turn % submissions.length;
        const turned = [...submissions.slice(at), ...submissions.slice(0, at)].reverse();
        expect(sequences(turned)).toEqual(sequences(submissions));
      }),
    );
  });
});
