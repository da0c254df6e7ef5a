import type { ColumnProposal, UnmatchedField } from '@kinledger/intake-files';
import { z } from 'zod';

const similarity = {
  score: z.number().min(0).max(1).describe('How much the texts resemble each other; 1 is the most.'),
  reason: z.string().describe('What they have in common, in words.'),
};

export const columnProposalView = z.object({
  field: z.string().describe('Name of a field of the dataset’s schema that has no column.'),
  title: z.string(),
  needed: z.boolean().describe('Whether every row would be rejected without the field.'),
  candidates: z
    .array(
      z.object({
        column: z.int().positive().describe('Column of the file, from 1.'),
        columnTitle: z.string().describe('As in the file.'),
        ...similarity,
        samples: z
          .array(z.string())
          .describe('The first different values of the column, shortened; empty if no rows were looked at.'),
      }),
    )
    .describe('Columns that may hold the field, the most similar first.'),
  proposed: z
    .int()
    .positive()
    .nullable()
    .describe('The candidate that is clearly the best; null if a person has to choose.'),
});
export type ColumnProposalView = z.input<typeof columnProposalView>;

export const unmatchedView = z.object({
  field: z.string(),
  title: z.string(),
  codes: z.array(z.string()).describe('The codes that a value can be given.'),
  values: z
    .array(
      z.object({
        value: z.string().describe('As in the file.'),
        rows: z.int().positive(),
        proposed: z
          .object({ code: z.string(), ...similarity })
          .nullable()
          .describe('The code that the value resembles; null if it resembles none, or two alike.'),
      }),
    )
    .describe('The most frequent first, at most 100.'),
  otherRows: z.int().nonnegative().describe('Rows with other values than those listed.'),
});
export type UnmatchedView = z.input<typeof unmatchedView>;

const MAX_TITLE_LENGTH = 80;

/** @param samplesOf values of a column, from 0. */
export const viewOfColumns = (
  proposals: readonly ColumnProposal[],
  header: readonly string[],
  samplesOf: (column: number) => readonly string[] = () => [],
): ColumnProposalView[] =>
  proposals.map(({ field, isNeeded, candidates, proposed }) => ({
    field: field.name,
    title: field.title,
    needed: isNeeded,
    candidates: candidates.map(({ column, score, reason }) => ({
      column: column + 1,
      columnTitle: (header[column] ?? '').slice(0, MAX_TITLE_LENGTH),
      score,
      reason,
      samples: [...samplesOf(column)],
    })),
    proposed: proposed === null ? null : proposed + 1,
  }));

export const viewOfUnmatched = (fields: readonly UnmatchedField[]): UnmatchedView[] =>
  fields.map(({ field, codes, values, otherRows }) => ({
    field: field.name,
    title: field.title,
    codes: [...codes],
    values: values.map((one) => ({ ...one })),
    otherRows,
  }));
