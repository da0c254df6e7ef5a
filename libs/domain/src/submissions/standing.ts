import type { SubmissionId } from '@kinledger/contracts';

/** What decides whether a submission counts. */
export interface Standable {
  readonly submission: SubmissionId;
  readonly withdrawn: boolean;
  /** Submissions that it replaces as a whole: those that stood for its dataset and period when it was accepted. */
  readonly supersedes: readonly SubmissionId[];
}

/**
 * The submissions that stand, in the order given: not withdrawn, and superseded by none that is not withdrawn, be it at
 * first hand or through submissions of which each superseded the next. So a replacement takes the place of everything
 * before it: what a superseded submission had superseded stays superseded, even if the one between is withdrawn. It
 * comes back once everything that took its place is withdrawn.
 */
export function standing<S extends Standable>(submissions: readonly S[]): readonly S[] {
  const supersededBy = new Map(submissions.map(({ submission, supersedes }) => [submission, supersedes]));
  const superseded = new Set<SubmissionId>();
  const open = submissions.filter(({ withdrawn }) => !withdrawn).flatMap(({ supersedes }) => supersedes);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (superseded.has(next)) continue;
    superseded.add(next);
    open.push(...(supersededBy.get(next) ?? []));
  }
  return submissions.filter(({ submission, withdrawn }) => !withdrawn && !superseded.has(submission));
}
