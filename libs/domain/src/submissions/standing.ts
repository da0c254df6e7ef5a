import type { SubmissionId } from '@kinledger/contracts';

/** What decides whether a submission counts, within one dataset and period. */
export interface Standable {
  readonly submission: SubmissionId;
  readonly sequence: number;
  readonly withdrawn: boolean;
  /** Submissions of lower sequence that it replaces as a whole. */
  readonly supersedes: readonly SubmissionId[];
}

/**
 * The submissions of one dataset and period that stand, in the order of their sequence: not withdrawn, and superseded by
 * none that stands. So withdrawing a submission revives what it had replaced.
 */
export function standing<S extends Standable>(submissions: readonly S[]): readonly S[] {
  const superseded = new Set<SubmissionId>();
  const newestFirst = submissions.toSorted((left, right) => right.sequence - left.sequence);
  const stand = newestFirst.filter((submission) => {
    if (submission.withdrawn || superseded.has(submission.submission)) return false;
    for (const replaced of submission.supersedes) superseded.add(replaced);
    return true;
  });
  return stand.reverse();
}
