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

const score = z.int().exactOptional().describe('In millibits; absent if the rule does not score.');
const levels = z
  .record(z.string(), z.string())
  .exactOptional()
  .describe('Level of agreement by field; absent if the rule does not compare fields.');

const rule = code.describe('The rule that placed the record: the kind of token, or "first-of-its-kind".');
const through = recordId.exactOptional().describe('The record with which the rule linked it.');

/** Why individuals are one. */
export const decision = z.object({ strategy: code, rule, through, score, levels });
export type Decision = z.infer<typeof decision>;

/** The ledger's commitments to a body that may be erased: without the salt they cannot be guessed. */
export const commitments = z.object({
  body: commitment.describe(
    'SHA-256 of the salt’s 16 bytes and the canonical JSON of the body without tokens and salt.',
  ),
  tokens: commitment.describe(
    'SHA-256 of the salt’s 16 bytes and the canonical JSON of tokens, derived and keyVersion.',
  ),
});
export type Commitments = z.infer<typeof commitments>;

/** Maximum number of placements in one event: as many as a chunk may have rows. */
export const MAX_PLACEMENTS_PER_EVENT = MAX_ROWS_PER_CHUNK;
/**
 * Weight of a placement, to which the bytes of its levels are added: no placement without levels is longer in canonical
 * JSON.
 */
export const PLACEMENT_WEIGHT = 512;
/** An event ends with the placement that brings it to this weight. The rows of a chunk without levels stay below it. */
export const MAX_WEIGHT_PER_EVENT = MAX_PLACEMENTS_PER_EVENT * PLACEMENT_WEIGHT;

const placed = {
  record: recordId,
  rowKey,
  role,
  commitments: commitments
    .exactOptional()
    .describe('Present if the record enters the ledger here; absent if it is placed again.'),
};

/** A record that belongs to an individual. */
const linkedPlacement = z.object({
  ...placed,
  individual: individualId,
  registered: z
    .boolean()
    .describe('True if this record founds the individual; false if the individual existed already.'),
  rule,
  through,
  score,
  levels,
});

/** A record that belongs to no individual: it is kept and counted, never hidden. */
const setAsidePlacement = z.object({
  ...placed,
  setAside: z
    .enum(['unlinkable', 'referred', 'impersonal', 'superseded'])
    .describe(
      'unlinkable: no usable token; referred: a fact that could belong to two individuals; impersonal: activity without a person; superseded: a higher-ranked row is live.',
    ),
});

const placement = z.union([linkedPlacement, setAsidePlacement]);
/** Where a record belongs, and why. */
export type Placement = z.infer<typeof placement>;
export type LinkedPlacement = z.infer<typeof linkedPlacement>;
export type SetAsidePlacement = z.infer<typeof setAsidePlacement>;

/** Whether a placement links its record to an individual. */
export const isLinked = <One extends Placement>(one: One): one is One & LinkedPlacement =>
  'individual' in one;

export const RecordsPlaced = ledgerContract({
  name: 'RecordsPlaced',
  version: 1,
  description: `Where records belong, and why. The rows of one chunk of a submission whose records enter the ledger, in row order; or, without a chunk, older records that are placed again, oldest first, as long as one submission carries them. An event ends with its ${MAX_PLACEMENTS_PER_EVENT}th placement, or with the one that brings it to a weight of ${MAX_WEIGHT_PER_EVENT}: a placement weighs ${PLACEMENT_WEIGHT}, and the bytes of the canonical JSON of its levels, of which there may be 4,096. So the boundaries of events follow from the submission alone, and no event exceeds 256 KiB. Revision and ordinal in the list, from 0, name a placement.`,
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
      .describe('Number of the chunk that brings them into the ledger; absent if they are placed again.'),
    strategy: code.describe('The strategy that placed the records.'),
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
    'Two individuals are merged: the records of the absorbed one move to the one registered first, to which its id refers permanently.',
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
    'Records move from one individual to another, which this event may register. A long list is divided into several events.',
  roles: {
    closes: false,
    publishedOn: ['individualMatched'],
    ignoredBy: ['programme-ledger'],
    bodies: 'none',
  },
  schema: z.object({
    individual: individualId.describe('The individual that the records leave.'),
    into: individualId.describe('The individual that the records join.'),
    registered: z
      .boolean()
      .describe('True if this event registers `into`, founded by the first listed record.'),
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

/** Why the rules do not make a link on their own. */
export const referralReason = z.enum([
  'nhs-numbers-differ',
  'birth-dates-differ',
  'child-and-adult',
  'case-numbers-differ',
  'genders-differ',
  'ambiguous',
  'forbidden',
]);

export const LinkReferred = ledgerContract({
  name: 'LinkReferred',
  version: 1,
  description: 'A possible link that the rules do not make on their own waits for a person’s review.',
  roles: { closes: false, publishedOn: [], ignoredBy: [], bodies: 'none' },
  schema: z.object({
    referral: referralId,
    reason: referralReason,
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
  description: 'The evidence for a referral no longer exists, or the referral was decided.',
  roles: { closes: false, publishedOn: [], ignoredBy: [], bodies: 'none' },
  schema: z.object({ referral: referralId }),
  example: { referral: 'aa0f6d2c9b8a47561e0f6d2c9b8a4756' },
});
