import { z } from 'zod';
import { contract } from '../contract.js';
import {
  code,
  datasetId,
  instant,
  periodCode,
  programmeId,
  providerId,
  submissionId,
  uploadId,
} from '../identifiers.js';
import { countsByRule, intakeCounts, intakeCountsBefore, withoutRefusals } from './file-accepted.js';

export const submissionState = z
  .enum(['validated', 'refused', 'discarded', 'accepted', 'pseudonymised', 'unprocessable'])
  .describe('What the restricted zone has done with the file. The ledger records what the linker did.');
export type SubmissionState = z.infer<typeof submissionState>;

const schema = z.object({
  programme: programmeId,
  upload: uploadId,
  submission: submissionId.exactOptional().describe('Present once the file is accepted.'),
  intake: z.int().positive().exactOptional(),
  provider: providerId,
  dataset: datasetId,
  period: periodCode,
  state: submissionState,
  at: instant,
  counts: intakeCounts,
  findings: countsByRule,
  chunks: z.int().nonnegative().exactOptional().describe('Number of chunks published, once pseudonymised.'),
  suppressed: z
    .int()
    .nonnegative()
    .exactOptional()
    .describe('Rows of people who are suppressed, once pseudonymised: they went no further.'),
  reason: code.exactOptional().describe('Why a file was refused or cannot be processed.'),
});

const version1 = schema.extend({ counts: intakeCountsBefore });

export const SubmissionStateChanged = contract({
  name: 'SubmissionStateChanged',
  version: 2,
  description:
    'States and counts of a file in the restricted zone, for pages and reports. "unprocessable" parks the submission.',
  schema,
  example: {
    programme: 'leap',
    upload: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    intake: 7,
    provider: 'natural-thinkers-team',
    dataset: 'natural-thinkers.user',
    period: '2023-24-Q2',
    state: 'pseudonymised',
    at: '2023-10-09T09:30:00Z',
    counts: { read: 214, accepted: 211, warned: 9, rejected: 2, duplicate: 1, consentRefused: 1 },
    findings: { 'missing-consent': 2 },
    chunks: 1,
  },
  earlier: [{ version: 1, schema: version1, upcast: withoutRefusals<z.output<typeof version1>> }],
});
