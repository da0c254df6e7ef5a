import { datasetId, instant, isoDate, periodCode, providerId, submissionId } from '@kinledger/contracts';
import { z } from 'zod';
import { wordsOf } from '../submissions/attestation.js';
import type { NilReturn } from './nil-return-table.js';
import type { ReceivedFile } from './received-files.js';
import { returnStates } from './expected-return.js';

const who = {
  at: instant,
  by: z.string().describe('Account that did it.'),
  onBehalfOf: providerId.optional(),
};

const lastGood = z.object({
  submission: submissionId,
  period: periodCode,
  at: instant,
  rows: z.int().nonnegative(),
});

export const nilReturnView = z.object({
  id: z.string(),
  dataset: datasetId,
  period: periodCode,
  ...who,
  attestation: z.object({ version: z.int().positive(), words: z.string().optional() }),
  undone: z
    .object({
      at: instant,
      by: z.string(),
      submission: submissionId.optional().describe('The file that undid it; absent where a person did.'),
    })
    .optional(),
});
export type NilReturnView = z.output<typeof nilReturnView>;

export const nilReturnAnswer = nilReturnView.extend({
  repeated: z.boolean().describe('True if the nil return had been made before.'),
});
export type NilReturnAnswer = z.output<typeof nilReturnAnswer>;

export const returnView = z.object({
  dataset: datasetId,
  provider: providerId,
  period: periodCode,
  lastDay: isoDate.describe('Last day of the period.'),
  due: isoDate.describe('Last day on which the return is in time.'),
  state: z
    .enum(returnStates)
    .describe(
      'never-delivered: late, and the dataset has had no file and no nil return for any period. received: files stand for the dataset and period.',
    ),
  received: z
    .object({
      ...who,
      submission: submissionId.describe('The latest submission that stands.'),
      submissions: z.int().positive().describe('Submissions that stand beside each other.'),
      rows: z.int().nonnegative().describe('Their accepted rows.'),
      parked: z
        .boolean()
        .describe('True if one of them could not be processed, so that its rows count nowhere.'),
    })
    .optional(),
  nilReturn: nilReturnView.optional(),
});
export type ReturnView = z.output<typeof returnView>;

export const datasetReturnsView = z.object({
  dataset: datasetId,
  provider: providerId,
  late: z.int().nonnegative().describe('Returns whose last day has passed, of all periods.'),
  lastGood: lastGood
    .optional()
    .describe('The last file that was submitted, not withdrawn and not parked, for whatever period.'),
});
export type DatasetReturnsView = z.output<typeof datasetReturnsView>;

export const returnsAnswer = z.object({
  today: isoDate.describe('The day in London by which states are told.'),
  returns: z.array(returnView),
  datasets: z.array(datasetReturnsView).describe('The datasets of these returns.'),
});
export type ReturnsAnswer = z.output<typeof returnsAnswer>;

export const viewOfNilReturn = (nil: NilReturn): NilReturnView => {
  const words = wordsOf('nil-return', nil.attestedWords);
  return {
    ...{ id: nil.id, dataset: nil.dataset, period: nil.period },
    ...{ at: nil.madeAt.toISOString(), by: nil.madeBy },
    ...(nil.onBehalfOf === null ? {} : { onBehalfOf: nil.onBehalfOf }),
    attestation: { version: nil.attestedWords, ...(words === undefined ? {} : { words }) },
    ...(nil.undoneAt === null
      ? {}
      : {
          undone: {
            at: nil.undoneAt.toISOString(),
            by: nil.undoneBy ?? '',
            ...(nil.undoneWith === null ? {} : { submission: nil.undoneWith }),
          },
        }),
  };
};

export const viewOfReceived = (
  files: readonly [ReceivedFile, ...ReceivedFile[]],
): NonNullable<ReturnView['received']> => {
  const latest = files.at(-1) ?? files[0];
  return {
    ...{ at: latest.acceptedAt.toISOString(), by: latest.attestedBy },
    ...(latest.onBehalfOf === null ? {} : { onBehalfOf: latest.onBehalfOf }),
    submission: latest.submission,
    submissions: files.length,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    parked: files.some(({ parked }) => parked),
  };
};

export const viewOfLastGood = (file: ReceivedFile): NonNullable<DatasetReturnsView['lastGood']> => ({
  ...{ submission: file.submission, period: file.period, rows: file.rows },
  at: file.acceptedAt.toISOString(),
});
