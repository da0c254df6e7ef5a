import { z } from 'zod';
import { contract } from '../contract.js';
import {
  code,
  contentHash,
  datasetId,
  extractKind,
  periodCode,
  programmeId,
  providerId,
  submissionId,
  uploadId,
} from '../identifiers.js';

const count = z.int().nonnegative();

/** The counts of earlier versions, before refusals of consent were counted. */
export const intakeCountsBefore = z.object({
  read: count.describe('Data rows in the file.'),
  accepted: count.describe('Accepted rows, including those with a warning.'),
  warned: count.describe('Accepted rows with a warning.'),
  rejected: count.describe('Rows with an error, or without consent.'),
  duplicate: count.describe('Rows that repeat an earlier row of the same file.'),
});

/** Row counts of one file, by outcome at intake. `read` is the sum of accepted, rejected and duplicate. */
export const intakeCounts = intakeCountsBefore.extend({
  consentRefused: count.describe(
    'Rejected rows that refuse consent and have a complete row id: records with that id are retired.',
  ),
});
export type IntakeCounts = z.infer<typeof intakeCounts>;

export const countsByRule = z
  .record(code, count)
  .describe('Findings by rule name; one row may cause several.');

export const attestation = z.object({
  by: z
    .string()
    .min(1)
    .max(80)
    .describe('Account that attested the submission; an account name, never a person’s details.'),
  onBehalfOf: providerId.exactOptional().describe('The provider, if somebody else submitted on its behalf.'),
});

const shared = {
  programme: programmeId,
  submission: submissionId,
  upload: uploadId,
  intake: z
    .int()
    .positive()
    .describe(
      'Place in the order of intake, without gaps from 1 per programme; the linker decides in this order.',
    ),
  provider: providerId,
  dataset: datasetId,
  period: periodCode,
  sequence: z.int().positive().describe('1 for the first submission of a dataset and period, then 2, 3, …'),
  extractKind,
  contentHash: contentHash.describe('HMAC-SHA-256 of the file’s bytes under a key that only intake holds.'),
  schemaHash: contentHash.describe(
    'SHA-256 of the canonical dataset schema against which the file was validated.',
  ),
  mapping: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9_]*$/)
        .max(80),
      z.int().nonnegative(),
    )
    .describe('Column of the file, from 0, by schema field. Column titles stay in the restricted zone.'),
  findings: countsByRule,
  attestation,
  agreement: code.describe('The data sharing agreement under which the file was sent.'),
  pseudonymisedAtSource: z.boolean().describe('True if identifiers arrived as digests.'),
};

const example = {
  programme: 'leap',
  submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
  upload: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  intake: 7,
  provider: 'natural-thinkers-team',
  dataset: 'natural-thinkers.user',
  period: '2023-24-Q2',
  sequence: 2,
  extractKind: 'delta' as const,
  contentHash: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
  schemaHash: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
  mapping: { case_number: 0, email: 4 },
  counts: { read: 214, accepted: 211, warned: 9, rejected: 2, duplicate: 1, consentRefused: 1 },
  findings: { 'missing-consent': 2, 'invalid-nhs-number': 3 },
  attestation: { by: 'natural-thinkers-officer' },
  agreement: 'natural-thinkers-2023',
  pseudonymisedAtSource: false,
};

/** Version 1 could name only one predecessor; a replacement of a quarter sent in two parts has two. */
const version1 = z.object({
  ...shared,
  counts: intakeCountsBefore,
  supersedes: submissionId.nullable(),
});

const supersedes = z.array(submissionId).max(100).describe('Submissions that this one replaces as a whole.');

/** Version 2 did not count refusals of consent with a row id. */
export const fileAcceptedVersion2 = z.object({ ...shared, counts: intakeCountsBefore, supersedes });

/** Converts data from before refusals of consent were counted. */
export const withoutRefusals = <Data extends { readonly counts: z.output<typeof intakeCountsBefore> }>(
  data: Data,
) => ({ ...data, counts: { ...data.counts, consentRefused: 0 } });

export const FileAccepted = contract({
  name: 'FileAccepted',
  version: 3,
  description:
    'A provider’s file was validated, attested and submitted; its rows wait, encrypted, in the landing store.',
  schema: z.object({ ...shared, counts: intakeCounts, supersedes }),
  example: { ...example, supersedes: ['1b2c3d4e5f60718293a4b5c6d7e8f90a'] },
  earlier: [
    {
      version: 1,
      schema: version1,
      upcast: ({ supersedes: one, ...rest }: z.output<typeof version1>) => ({
        ...rest,
        supersedes: one === null ? [] : [one],
      }),
    },
    {
      version: 2,
      schema: fileAcceptedVersion2,
      upcast: withoutRefusals<z.output<typeof fileAcceptedVersion2>>,
    },
  ],
});
