import type { ClosedQuarter } from '../api/reporting.js';
import { count } from '../output/output.js';

/** Behind a quarter: which closing of it, where it is not the first. */
export const editionName = ({ edition }: Pick<ClosedQuarter, 'edition'>): string =>
  edition === 1 ? '' : `, edition ${edition},`;

/** What leaves of an edition, in a few words. */
export function standingText({
  publishedAt,
  standing,
  release,
  ended,
}: Pick<ClosedQuarter, 'publishedAt' | 'standing' | 'release' | 'ended'>): string {
  const act = release === null ? 'when it closed' : `${release.at} by ${release.by}`;
  switch (standing) {
    case 'unpublished':
      return publishedAt === null ? 'being computed' : 'not published';
    case 'published':
      return `published ${act}`;
    case 'superseded':
    case 'withdrawn':
      return `published ${act}, ${standing} ${ended?.at ?? ''} by ${ended?.by ?? ''}`;
    default:
      return standing satisfies never;
  }
}

/** What the audit of a published form found, in one sentence that names no count. */
export function auditText({ audit }: Pick<ClosedQuarter, 'audit'>): string {
  if (audit === null)
    return 'It has no audit: "kinledger quarter audit" looks for what its tables give away together.';
  const { solver = 'a solver that is not named', fewest, audited, narrowed } = audit;
  return narrowed === 0
    ? `Audit by ${solver}: each of ${count(audited)} suppressed counts can have ${count(fewest)} values or more.`
    : `Audit by ${solver}: ${count(narrowed)} of ${count(audited)} suppressed counts can have fewer than ${count(fewest)} values, so that nothing may leave.`;
}
