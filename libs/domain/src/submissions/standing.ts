import type { SubmissionId } from '@kinledger/contracts';

/** What determines whether a submission stands. */
export interface Standable {
  readonly submission: SubmissionId;
  readonly withdrawn: boolean;
  /** Submissions that it replaces as a whole. See `SubmissionPlan` for which ones it names. */
  readonly supersedes: readonly SubmissionId[];
}

/**
 * The submissions that stand, in the order given. A submission stands if it is not withdrawn and no submission that is
 * not withdrawn supersedes it, directly or through a chain of submissions that each supersede the next. A replacement
 * therefore replaces everything before it: what a superseded submission had superseded stays superseded even if the one
 * in between is withdrawn. A submission comes back once everything that replaced it is withdrawn.
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
