import {
  commandId,
  datasetId,
  instant,
  periodCode,
  providerId,
  submissionId,
  uploadId,
} from '@kinledger/contracts';
import { z } from 'zod';
import { effectView, viewOfEffect } from './foreseen-effect.js';
import { commandView } from '../commands/command-view.js';
import { wordsOf } from './attestation.js';
import { mappingVersionView } from '../mapping/mapping-view.js';
import type { MappingVersion } from '../mapping/saved-mapping.js';
import type { Decision } from './decision-table.js';
import type { RowsGone } from './submission-table.js';
import type { Submission, Withdrawal } from './submission.js';

/** A submission as its provider and the data team see it. The reports show what the linker did with it. */
export const submissionView = z.object({
  id: submissionId,
  upload: uploadId,
  provider: providerId,
  dataset: datasetId,
  period: periodCode,
  sequence: z.int().positive().describe('1 for the first submission of the dataset and period, then 2, 3, …'),
  intake: z.int().positive().describe('Place in the programme’s order of intake.'),
  mode: z.enum(['replace', 'add']),
  supersedes: z.array(submissionId).describe('Submissions that it replaced as a whole.'),
  state: z
    .enum(['accepted', 'pseudonymised', 'withdrawn'])
    .describe('pseudonymised: nothing that identifies a person is stored any more.'),
  agreement: z.string(),
  savedMapping: mappingVersionView
    .optional()
    .describe('The saved mapping by which its file was read, if one was used; see /v1/mappings/{id}.'),
  attestedBy: z.string(),
  onBehalfOf: providerId.optional(),
  attestation: z
    .object({ version: z.int().positive(), words: z.string().optional() })
    .optional()
    .describe(
      'The words that the person named by attestedBy confirmed; absent if the account submitted without confirming any.',
    ),
  acceptedAt: instant,
  effect: effectView
    .optional()
    .describe('What it did to the rows that were live when it was submitted; absent if that is not known.'),
  rowsDeletedAt: instant
    .optional()
    .describe('When its rows, as sent, were permanently deleted from the restricted zone.'),
  suppressed: z
    .int()
    .nonnegative()
    .optional()
    .describe('Rows of people who are suppressed, once pseudonymised: they went no further.'),
  decision: z
    .object({
      outcome: z.enum(['linked', 'parked', 'withdrawn']),
      at: instant,
      position: z.int().nonnegative().describe('Ledger position of the decision.'),
    })
    .optional()
    .describe('What the linker decided last, and when intake learnt of it; absent while it has not.'),
  withdrawal: z
    .object({
      reason: z.string(),
      by: z.string(),
      at: instant,
      command: commandId
        .optional()
        .describe('The command that withdraws it from the ledger: see /v1/commands/{id} for the reply.'),
    })
    .optional(),
});
export type SubmissionView = z.input<typeof submissionView>;

const viewOfWithdrawal = ({ command, reason, by, at }: Withdrawal): SubmissionView['withdrawal'] => ({
  ...{ reason, by, at: at.toISOString() },
  ...(command === null ? {} : { command }),
});

const viewOfAttestation = (version: number): NonNullable<SubmissionView['attestation']> => {
  const words = wordsOf('submission', version);
  return { version, ...(words === undefined ? {} : { words }) };
};

export const submitAnswer = submissionView.extend({
  repeated: z
    .boolean()
    .describe(
      'True if nothing new happened: the request was repeated, or the same file was submitted before.',
    ),
});
export type SubmitAnswerView = z.input<typeof submitAnswer>;

export const unparkAnswer = z.object({
  id: submissionId,
  intake: z.int().positive().describe('New intake number, at the end of the programme’s order of intake.'),
  command: commandView,
});
export type UnparkAnswerView = z.input<typeof unparkAnswer>;

export function viewOfSubmission(
  submission: Submission,
  {
    gone,
    decision,
    savedMapping,
  }: {
    readonly gone: RowsGone | undefined;
    readonly decision: Decision | undefined;
    readonly savedMapping: MappingVersion | undefined;
  },
): SubmissionView {
  const { withdrawal, onBehalfOf } = submission;
  return {
    id: submission.submission,
    upload: submission.upload,
    provider: submission.provider,
    dataset: submission.dataset,
    period: submission.period,
    sequence: submission.sequence,
    intake: submission.intake,
    mode: submission.mode,
    supersedes: [...submission.supersedes],
    state: withdrawal !== null ? 'withdrawn' : gone === undefined ? 'accepted' : 'pseudonymised',
    agreement: submission.agreement,
    ...(savedMapping === undefined
      ? {}
      : { savedMapping: { id: savedMapping.mapping, version: savedMapping.version } }),
    attestedBy: submission.attestedBy,
    ...(onBehalfOf === null ? {} : { onBehalfOf }),
    ...(submission.attestedWords === null
      ? {}
      : { attestation: viewOfAttestation(submission.attestedWords) }),
    acceptedAt: submission.acceptedAt.toISOString(),
    ...(submission.effect === null ? {} : { effect: viewOfEffect(submission.effect) }),
    ...(gone === undefined ? {} : { rowsDeletedAt: gone.at.toISOString(), suppressed: gone.suppressed }),
    ...(decision === undefined ? {} : { decision: { ...decision, at: decision.at.toISOString() } }),
    ...(withdrawal === null ? {} : { withdrawal: viewOfWithdrawal(withdrawal) }),
  };
}
