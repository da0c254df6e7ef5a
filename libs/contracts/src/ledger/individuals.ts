import { z } from 'zod';
import {
  code,
  commitment,
  individualId,
  recordId,
  referralId,
  role,
  rowKey,
  submissionId,
} from '../identifiers.js';
import { MAX_ROWS_PER_CHUNK } from '../messages/pseudonymised-row.js';
import { MAX_RECORDS_PER_EVENT } from './submissions.js';
import { ledgerContract } from './event-roles.js';

const score = z.int().exactOptional().describe('In millibits; absent for a rule that does not score.');
const levels = z
  .record(z.string(), z.string())
  .exactOptional()
  .describe('How far the two agree, by field; absent for a rule that does not compare fields.');

const rule = code.describe('The rule that placed it: the kind of token, or "first-of-its-kind".');
const through = recordId.exactOptional().describe('The record that it met through the rule.');

/** Why individuals are one. */
export const decision = z.object({ strategy: code, rule, through, score, levels });
export type Decision = z.infer<typeof decision>;

/** What the ledger keeps of a body that may be erased: nobody can guess it back without the salt. */
export const commitments = z.object({
  body: commitment.describe(
    'SHA-256 of the salt’s 16 bytes and the canonical JSON of the body without tokens and salt.',
  ),
  tokens: commitment.describe(
    'SHA-256 of the salt’s 16 bytes and the canonical JSON of tokens, derived and keyVersion.',
  ),
});
export type Commitments = z.infer<typeof commitments>;

/** Placements listed in one event: as many as a chunk has rows at most. */
export const MAX_PLACEMENTS_PER_EVENT = MAX_ROWS_PER_CHUNK;
/** A placement weighs so much, and its levels besides: no placement without levels is longer in canonical JSON. */
export const PLACEMENT_WEIGHT = 512;
/** An event ends with the placement that brings it to this weight. A chunk of rows without levels stays below it. */
export const MAX_WEIGHT_PER_EVENT = MAX_PLACEMENTS_PER_EVENT * PLACEMENT_WEIGHT;

const placed = {
  record: recordId,
  rowKey,
  role,
  commitments: commitments
    .exactOptional()
    .describe('Present where the record enters the ledger; absent where it is placed again.'),
};

/** The record belongs to an individual. */
const linkedPlacement = z.object({
  ...placed,
  individual: individualId,
  registered: z
    .boolean()
    .describe('True where the individual begins to exist, founded by this record; false where it was known.'),
  rule,
  through,
  score,
  levels,
});

/** The record belongs to nobody: it is kept and counted, never hidden. */
const setAsidePlacement = z.object({
  ...placed,
  setAside: z
    .enum(['unlinkable', 'referred', 'impersonal', 'superseded'])
    .describe(
      'no usable token; a fact that two individuals could own; activity without a person; a higher-ranked row is live.',
    ),
});

const placement = z.union([linkedPlacement, setAsidePlacement]);
/** Where a record is placed, and why. */
export type Placement = z.infer<typeof placement>;
export type LinkedPlacement = z.infer<typeof linkedPlacement>;
export type SetAsidePlacement = z.infer<typeof setAsidePlacement>;

/** Whether a placement puts its record into an individual. */
export const isLinked = <One extends Placement>(one: One): one is One & LinkedPlacement =>
  'individual' in one;

export const RecordsPlaced = ledgerContract({
  name: 'RecordsPlaced',
  version: 1,
  description: `Where records belong, and why. The rows of one chunk of a submission whose records enter the ledger, in row order; or, without a chunk, older records that are placed again, oldest first, as long as one submission carries them. An event ends with its ${MAX_PLACEMENTS_PER_EVENT}th placement, or with the one that brings it to a weight of ${MAX_WEIGHT_PER_EVENT}: a placement weighs ${PLACEMENT_WEIGHT}, and the bytes of the canonical JSON of its levels, of which there may be 4,096. So the borders of events follow from the submission alone, and no event exceeds 256 KiB. Revision and ordinal in the list, from 0, name a placement.`,
  roles: {
    closes: false,
    publishedOn: ['individualMatched'],
    ignoredBy: ['programme-ledger'],
    bodies: 'brings',
  },
  schema: z.object({
    submission: submissionId.describe('The submission that carries the records.'),
    chunk: z
      .int()
      .nonnegative()
      .exactOptional()
      .describe('Number of the chunk that brings them into the ledger; absent where they are placed again.'),
    strategy: code.describe('The strategy that decided.'),
    placements: z.array(placement).min(1).max(MAX_PLACEMENTS_PER_EVENT),
  }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    chunk: 0,
    strategy: 'leap-1',
    placements: [
      {
        record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
        rowKey: 'c1d2e3f405162738c1d2e3f405162738',
        role: 'child',
        individual: '77aa12bc34de56f077aa12bc34de56f0',
        registered: true,
        rule: 'first-of-its-kind',
        commitments: {
          body: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
          tokens: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
        },
      },
      {
        record: '2e0f6d2c9b8a47561e0f6d2c9b8a4756',
        rowKey: 'd1d2e3f405162738c1d2e3f405162738',
        role: 'child',
        individual: '77aa12bc34de56f077aa12bc34de56f0',
        registered: false,
        rule: 'child-key',
        through: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
        commitments: {
          body: '5de9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c',
          tokens: '57f1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c67289',
        },
      },
      {
        record: '3e0f6d2c9b8a47561e0f6d2c9b8a4756',
        rowKey: 'e1d2e3f405162738c1d2e3f405162738',
        role: 'adult',
        setAside: 'unlinkable',
        commitments: {
          body: 'c5de9b74c9897bac770ffc029102a2005de9b74c9897bac770ffc029102a200c',
          tokens: '957f1f3870be274f6c49b3e31a0c67287f1f3870be274f6c49b3e31a0c672895',
        },
      },
    ],
  },
});

export const IndividualsMerged = ledgerContract({
  name: 'IndividualsMerged',
  version: 1,
  description:
    'Two individuals are one: the absorbed one’s records, and its id for ever, forward to the one registered first.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({ individual: individualId, absorbed: individualId, decision }),
  example: {
    individual: '77aa12bc34de56f077aa12bc34de56f0',
    absorbed: '88bb12bc34de56f088bb12bc34de56f0',
    decision: { strategy: 'leap-1', rule: 'nhs-number' },
  },
});

export const IndividualSplit = ledgerContract({
  name: 'IndividualSplit',
  version: 1,
  description:
    'Records leave an individual for another, which this event may register. A long list comes in several events.',
  roles: {
    closes: false,
    publishedOn: ['individualMatched'],
    ignoredBy: ['programme-ledger'],
    bodies: 'none',
  },
  schema: z.object({
    individual: individualId.describe('The individual that they leave.'),
    into: individualId.describe('The individual that they join.'),
    registered: z
      .boolean()
      .describe('True when `into` begins to exist here, founded by the first record listed.'),
    role,
    records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
    strategy: code,
  }),
  example: {
    individual: '77aa12bc34de56f077aa12bc34de56f0',
    into: '99cc12bc34de56f099cc12bc34de56f0',
    registered: true,
    role: 'adult',
    records: ['2e0f6d2c9b8a47561e0f6d2c9b8a4756'],
    strategy: 'leap-1',
  },
});

export const LinkReferred = ledgerContract({
  name: 'LinkReferred',
  version: 1,
  description: 'A link that the rules will not make alone waits for a person’s review.',
  roles: { closes: false, publishedOn: [], ignoredBy: [], bodies: 'none' },
  schema: z.object({
    referral: referralId,
    reason: z.enum([
      'nhs-numbers-differ',
      'birth-dates-differ',
      'child-and-adult',
      'case-numbers-differ',
      'genders-differ',
      'ambiguous',
      'forbidden',
    ]),
    rule: code.describe('The rule that would have linked them: the kind of token, or "reviewed".'),
    score,
    levels,
    subject: recordId,
    candidates: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
  }),
  example: {
    referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756',
    reason: 'birth-dates-differ',
    rule: 'email',
    subject: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
    candidates: ['2e0f6d2c9b8a47561e0f6d2c9b8a4756'],
  },
});

export const LinkReferralLapsed = ledgerContract({
  name: 'LinkReferralLapsed',
  version: 1,
  description: 'The evidence that raised a referral is gone or settled.',
  roles: { closes: false, publishedOn: [], ignoredBy: [], bodies: 'none' },
  schema: z.object({ referral: referralId }),
  example: { referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756' },
});
