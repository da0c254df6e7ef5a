import { submissionId, type SubmissionId } from '@kinledger/contracts';
import type { SubmissionEffect } from '@kinledger/domain';
import { z } from 'zod';

/**
 * What submitting a file would do, and the submissions with which it could not be compared because they have no
 * register.
 */
export interface ForeseenEffect extends SubmissionEffect {
  readonly notCompared: readonly SubmissionId[];
}

const rows = z.int().nonnegative();

/** What submitting a file does, as its sender sees it. */
export const effectView = z.object({
  standing: rows.describe('Rows of the dataset that were live before.'),
  adds: rows.describe('Rows that the file adds to the live ones.'),
  replaces: rows.describe('Live rows that a row of the same row id or natural key replaces.'),
  equal: rows.describe('Rows of the file that equal live rows, and count once.'),
  overtaken: rows.describe(
    'Rows of the file that change nothing, because a newer file replaces or omits them.',
  ),
  sharesKey: rows.describe(
    'Added rows that share a natural key with live rows about other people: both are live.',
  ),
  retires: rows.describe('Live rows that are retired without a replacement.'),
  refuses: rows.describe('Retired rows for which consent is refused.'),
  revives: rows.describe('Rows that are live again, because the rows that had replaced them are retired.'),
  retiresOf: z
    .array(z.object({ submission: submissionId, rows }))
    .describe('Retired rows by the submission that they came from.'),
  loses: rows.describe(
    'Retired rows, except those for which consent is refused, and less the rows without row id or natural key that the file brings instead of others.',
  ),
  notCompared: z
    .array(submissionId)
    .describe('Live submissions that could not be compared, because their rows are no longer known.'),
});
export type EffectView = z.input<typeof effectView>;

export const viewOfEffect = ({ retiresOf, notCompared, ...counts }: ForeseenEffect): EffectView => ({
  ...counts,
  retiresOf: retiresOf.map((one) => ({ ...one })),
  notCompared: [...notCompared],
});
