import { z } from 'zod';
import { contract } from '../contract.js';
import {
  code,
  datasetId,
  isoDate,
  periodCode,
  programmeId,
  recordId,
  role,
  rowKey,
  salt,
  submissionId,
  token,
  valueDomain,
} from '../identifiers.js';

export const tokenUse = z
  .enum(['identity', 'carer', 'local', 'guard'])
  .describe(
    'identity: this person’s own; carer: the carer’s, on a child’s row; local: the provider’s case number; guard: contradicts or confirms.',
  );
export type TokenUse = z.infer<typeof tokenUse>;

export const tokenOccurrence = z.object({ domain: valueDomain, use: tokenUse, token });
export type TokenOccurrence = z.infer<typeof tokenOccurrence>;

export const derivedTokens = z.object({
  derivation: code.describe('Name of the derivation, such as "surname-metaphone".'),
  version: z.int().positive().describe('Version of the derivation rule.'),
  domain: valueDomain,
  tokens: z.array(token).max(64),
});

/** Coded attributes by name. Free text never leaves the restricted zone: values come from the schema’s lists. */
export const attributes = z
  .record(
    z
      .string()
      .regex(/^[a-z][A-Za-z0-9]*$/)
      .max(60),
    z.string().min(1).max(120),
  )
  .describe('Coded attributes: gender, birthMonth (yyyy-mm), lsoa, ethnicity, …');
export type Attributes = z.infer<typeof attributes>;

/** The attribute that a row has whose address is protected: from then on no area is shown, whichever row gave one. */
export const ADDRESS_PROTECTED = 'addressProtected';

export const facts = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('registration'),
      registeredOn: isoDate.exactOptional(),
    }),
    z.object({
      kind: z.literal('engagement'),
      eventDate: isoDate,
      sessionKind: code,
      attended: z.boolean(),
      minutes: z.int().nonnegative().max(10_000).exactOptional(),
    }),
    z.object({
      kind: z.literal('outcome'),
      eventDate: isoDate,
      instrument: code,
      measure: code,
      occasion: code,
      score: z.number(),
    }),
    z.object({
      kind: z.literal('feedback'),
      eventDate: isoDate,
      question: code,
      rating: z.int(),
    }),
    z.object({
      kind: z.literal('input'),
      eventDate: isoDate,
      category: z.enum(['financial', 'human', 'material', 'activity']),
      item: code,
      quantity: z.number(),
      unit: code,
    }),
  ])
  .describe('What the row says, by data type.');
export type Facts = z.infer<typeof facts>;

/** One row without its identifiers, as it leaves the restricted zone. */
export const pseudonymisedRow = z.object({
  record: recordId,
  rowKey,
  role,
  tokens: z.array(tokenOccurrence).max(32),
  derived: z.array(derivedTokens).max(128),
  attributes,
  facts,
  keyVersion: z.int().positive().describe('Version of the token keys.'),
  salt,
});
export type PseudonymisedRow = z.infer<typeof pseudonymisedRow>;

export const MAX_ROWS_PER_CHUNK = 500;
export const MAX_MESSAGE_BYTES = 256 * 1024;

const version1 = z.object({
  programme: programmeId,
  submission: submissionId,
  dataset: datasetId,
  period: periodCode,
  chunk: z.int().nonnegative().describe('Number of this chunk in its submission, from 0.'),
  last: z.boolean().describe('True on the last chunk of the submission.'),
  rows: z.array(pseudonymisedRow).max(MAX_ROWS_PER_CHUNK),
});

/** Version 1 knew no refusal of consent. */
export const RowPseudonymised = contract({
  name: 'RowPseudonymised',
  version: 2,
  description: `Up to ${MAX_ROWS_PER_CHUNK} rows of one submission, in row order, without their identifiers; or rows that refuse consent, of which nothing is told but their keys.`,
  schema: version1.extend({
    refused: z
      .array(rowKey)
      .max(MAX_ROWS_PER_CHUNK)
      .describe(
        'Keys of rows that refuse consent. No row of the submission has one of them: of rows with one key, the last in the file counts.',
      ),
  }),
  example: {
    programme: 'leap',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    dataset: 'natural-thinkers.user',
    period: '2023-24-Q2',
    chunk: 0,
    last: true,
    refused: ['d2e3f40516273849d2e3f40516273849'],
    rows: [
      {
        record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
        rowKey: 'c1d2e3f405162738c1d2e3f405162738',
        role: 'child',
        tokens: [
          { domain: 'child-key', use: 'identity', token: 'f918696f4c2180e018d25e7de739e5f1' },
          { domain: 'email', use: 'carer', token: 'ff6e71e73e135602248b83cd1fccafe1' },
          { domain: 'birth-date', use: 'guard', token: '5f6aafa00d2ed4efdd9177650668fa57' },
        ],
        derived: [],
        attributes: { gender: 'F', birthMonth: '2020-02', lsoa: 'E01003014' },
        facts: { kind: 'registration', registeredOn: '2023-07-04' },
        keyVersion: 1,
        salt: '00112233445566778899aabbccddeeff',
      },
    ],
  },
  earlier: [
    {
      version: 1,
      schema: version1,
      upcast: (data: z.output<typeof version1>) => ({ ...data, refused: [] }),
    },
  ],
});
