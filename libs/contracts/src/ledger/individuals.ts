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
import { MAX_RECORDS_PER_EVENT } from './submissions.js';
import { ledgerContract } from './event-roles.js';

const score = z.int().exactOptional().describe('In millibits; absent for a rule that does not score.');
const levels = z
  .record(z.string(), z.string())
  .exactOptional()
  .describe('How far the two agree, by field; absent for a rule that does not compare fields.');

/** Why a record belongs where it is. */
export const decision = z.object({
  strategy: code,
  rule: code.describe('The rule that placed it: the kind of token, or "first-of-its-kind".'),
  through: recordId.exactOptional().describe('The record that it met through the rule.'),
  score,
  levels,
});
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

const placement = {
  record: recordId,
  rowKey,
  role,
  submission: submissionId.describe('The submission that carries the record.'),
  commitments: commitments
    .exactOptional()
    .describe('Present where the record enters the ledger; absent when it is placed again.'),
};

export const IndividualRegistered = ledgerContract({
  name: 'IndividualRegistered',
  version: 1,
  description: 'A new individual, founded by this record.',
  roles: {
    closes: false,
    publishedOn: ['individualMatched'],
    ignoredBy: ['programme-ledger'],
    bodies: 'brings',
  },
  schema: z.object({ individual: individualId, ...placement, decision }),
  example: {
    individual: '77aa12bc34de56f077aa12bc34de56f0',
    record: '1e0f6d2c9b8a47561e0f6d2c9b8a4756',
    rowKey: 'c1d2e3f405162738c1d2e3f405162738',
    role: 'child',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    commitments: {
      body: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
      tokens: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
    },
    decision: { strategy: 'leap-1', rule: 'first-of-its-kind' },
  },
});

export const IndividualMatched = ledgerContract({
  name: 'IndividualMatched',
  version: 1,
  description: 'This record belongs to an individual that is known.',
  roles: {
    closes: false,
    publishedOn: ['individualMatched'],
    ignoredBy: ['programme-ledger'],
    bodies: 'brings',
  },
  schema: z.object({ individual: individualId, ...placement, decision }),
  example: {
    individual: '77aa12bc34de56f077aa12bc34de56f0',
    record: '2e0f6d2c9b8a47561e0f6d2c9b8a4756',
    rowKey: 'd1d2e3f405162738c1d2e3f405162738',
    role: 'child',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    decision: { strategy: 'leap-1', rule: 'child-key', through: '1e0f6d2c9b8a47561e0f6d2c9b8a4756' },
  },
});

export const RecordSetAside = ledgerContract({
  name: 'RecordSetAside',
  version: 1,
  description: 'This record belongs to no individual: it is kept and counted, never hidden.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'brings' },
  schema: z.object({
    ...placement,
    reason: z
      .enum(['unlinkable', 'referred', 'impersonal', 'superseded'])
      .describe(
        'no usable token; a fact that two individuals could own; activity without a person; a higher-ranked row is live.',
      ),
  }),
  example: {
    record: '3e0f6d2c9b8a47561e0f6d2c9b8a4756',
    rowKey: 'e1d2e3f405162738c1d2e3f405162738',
    role: 'adult',
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    commitments: {
      body: '9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de',
      tokens: '1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f',
    },
    reason: 'unlinkable',
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
