import { z } from 'zod';

/** 128 bits as 32 lower-case hex digits: the form of ids, tokens and salts, each with its own brand. */
const hex128 = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'expected 32 lower-case hex digits')
    .describe(description);

/** 256 bits as 64 lower-case hex digits: content hashes and commitments. */
const hex256 = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
    .describe(description);

const name = (description: string) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens')
    .max(80)
    .describe(description);

export const programmeId = name('Short name of the programme, e.g. "leap".').brand<'ProgrammeId'>();
export type ProgrammeId = z.infer<typeof programmeId>;

export const providerId = name(
  'Short name of the organisation that provides the data.',
).brand<'ProviderId'>();
export type ProviderId = z.infer<typeof providerId>;

export const serviceId = name('Short name of a service or administrative source.').brand<'ServiceId'>();
export type ServiceId = z.infer<typeof serviceId>;

/** A dataset is a service (or an administrative source) and a data type, e.g. `baby-steps.user`. */
export const datasetId = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.(user|engagement|outcome|feedback|input)$/, 'expected <service>.<data type>')
  .max(100)
  .describe('Dataset: service or administrative source, a dot, data type.')
  .brand<'DatasetId'>();
export type DatasetId = z.infer<typeof datasetId>;

export const submissionId = hex128('Hash of (programme, dataset, period, sequence).').brand<'SubmissionId'>();
export type SubmissionId = z.infer<typeof submissionId>;

export const uploadId = hex128(
  'Random id of one upload, before and after it becomes a submission.',
).brand<'UploadId'>();
export type UploadId = z.infer<typeof uploadId>;

export const recordId = hex128(
  'Keyed hash of submission id and row number: a provider that knows its row 17 cannot find that row in the ledger.',
).brand<'RecordId'>();
export type RecordId = z.infer<typeof recordId>;

export const rowKey = hex128(
  'HMAC of (provider, dataset, row id or natural key with occurrence): a corrected row has the same row key.',
).brand<'RowKey'>();
export type RowKey = z.infer<typeof rowKey>;

export const token = hex128(
  'First 128 bits of the HMAC of a digest under the key of its value domain.',
).brand<'Token'>();
export type Token = z.infer<typeof token>;

/** The highest version of a token key: as much as one byte of a row chunk holds. */
export const MAX_KEY_VERSION = 127;
export const keyVersion = z.int().positive().max(MAX_KEY_VERSION).describe('Version of the token keys.');

export const salt = hex128('Commitment salt of one record; erased with its body.').brand<'Salt'>();
export type Salt = z.infer<typeof salt>;

export const individualId = hex128(
  'Hash of (founding record id, registering revision).',
).brand<'IndividualId'>();
export type IndividualId = z.infer<typeof individualId>;

export const familyId = hex128(
  'Hash of (scope, founding individual id, linking revision).',
).brand<'FamilyId'>();
export type FamilyId = z.infer<typeof familyId>;

export const relationshipId = hex128('Hash of (kind, child, other individual).').brand<'RelationshipId'>();
export type RelationshipId = z.infer<typeof relationshipId>;

export const referralId = hex128(
  'Hash of (reason, row keys of subject and candidates): the same possible link has the same id.',
).brand<'ReferralId'>();
export type ReferralId = z.infer<typeof referralId>;

export const commitment = hex256('SHA-256 of salt and canonical bytes.').brand<'Commitment'>();
export type Commitment = z.infer<typeof commitment>;

export const contentHash = hex256('SHA-256 or HMAC-SHA-256 of the bytes named.');

/** A value domain: tokens of different domains never compare equal. The domain of a case number names its provider. */
export const valueDomain = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)?$/,
    'expected a value domain such as "email" or "case-number:refuge"',
  )
  .max(120)
  .describe('Value domain of the token.');

export const role = z
  .enum(['child', 'adult', 'practitioner', 'volunteer', 'none'])
  .describe('The person that the row is about; "none" for activity without a person.');
export type Role = z.infer<typeof role>;

export const dataType = z
  .enum(['user', 'engagement', 'outcome', 'feedback', 'input'])
  .describe('The data type of a dataset.');
export type DataType = z.infer<typeof dataType>;

export const extractKind = z
  .enum(['delta', 'cumulative', 'snapshot'])
  .describe(
    'delta: new or changed rows; cumulative and snapshot: all rows, so that omitted rows are retired.',
  );
export type ExtractKind = z.infer<typeof extractKind>;

/** Canonical text of a period: `2023-24-Q2` (financial quarter) or `2023-24-AY` (academic year). */
export const periodCode = z
  .string()
  .regex(/^\d{4}-\d{2}-(Q[1-4]|AY)$/, 'expected a period such as 2023-24-Q2 or 2023-24-AY')
  .describe('Canonical period code.')
  .brand<'PeriodCode'>();
export type PeriodCode = z.infer<typeof periodCode>;

/** Position in a stream, counted from 0. */
export const revision = z.int().nonnegative().describe('Position in the stream, from 0.');

export const isoDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected yyyy-mm-dd')
  .describe('Calendar date in Europe/London.');

export const isoMonth = z
  .string()
  .regex(/^\d{4}-\d{2}$/, 'expected yyyy-mm')
  .describe('Calendar month.');

export const instant = z.iso.datetime({ offset: false }).describe('Instant in UTC, RFC 3339.');

/** A short identifier, such as the name of a rule or a reason. */
export const code = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens')
  .max(80);
