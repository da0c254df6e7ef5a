import { submissionId, type SubmissionId } from '@kinledger/contracts';
import type { SubmissionEffect } from '@kinledger/domain';
import { z } from 'zod';

/** What submitting a file would do, and to which submissions it could not be compared, since no register of them is kept. */
export interface ForeseenEffect extends SubmissionEffect {
  readonly notCompared: readonly SubmissionId[];
}

const rows = z.int().nonnegative();

/** What submitting a file does, as its sender sees it. */
export const effectView = z.object({
  standing: rows.describe('Rows of the dataset that stood before.'),
  adds: rows.describe('Rows of the file that stand beside them.'),
  replaces: rows.describe(
    'Rows that stood and are replaced by another row of the same row id or natural key.',
  ),
  equal: rows.describe('Rows of the file that say what stood already, and count once.'),
  overtaken: rows.describe(
    'Rows of the file that change nothing, since something newer replaces or omits them already.',
  ),
  sharesKey: rows.describe(
    'Of the rows that the file adds, those that share a natural key with standing rows about other people: both stand.',
  ),
  retires: rows.describe('Rows that stood and do so no more, with nothing in their place.'),
  refuses: rows.describe('Of those, rows for which consent is refused.'),
  revives: rows.describe('Rows that stand again, because what had replaced them goes.'),
  retiresOf: z
    .array(z.object({ submission: submissionId, rows }))
    .describe('The retired rows, by the submission that they stood in.'),
  loses: rows.describe(
    'The retired rows, without those for which consent is refused, and less what the file brings in place of rows that nothing makes known.',
  ),
  notCompared: z
    .array(submissionId)
    .describe('Submissions that stood and could not be compared: what they hold is not known any more.'),
});
export type EffectView = z.input<typeof effectView>;

export const viewOfEffect = ({ retiresOf, notCompared, ...counts }: ForeseenEffect): EffectView => ({
  ...counts,
  retiresOf: retiresOf.map((one) => ({ ...one })),
  notCompared: [...notCompared],
});
