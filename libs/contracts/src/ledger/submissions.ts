import { z } from 'zod';
import { code, recordId, rowKey, submissionId } from '../identifiers.js';
import { FileAccepted, fileAcceptedVersion2, withoutRefusals } from '../messages/file-accepted.js';
import { organisation } from './asked-by.js';
import { ledgerContract } from './event-roles.js';

const count = z.int().nonnegative();

/** Maximum number of record ids in one event, which keeps it well below 256 KiB. */
export const MAX_RECORDS_PER_EVENT = 2000;

const receivedVersion1 = fileAcceptedVersion2.omit({ upload: true });

export const SubmissionReceived = ledgerContract({
  name: 'SubmissionReceived',
  version: 2,
  description: 'The linker begins to decide a submission; the events up to SubmissionLinked belong to it.',
  roles: { closes: false, publishedOn: [], ignoredBy: [], bodies: 'none' },
  // Omits the upload’s random id, which belongs to the restricted zone: the same files give the same ledger.
  schema: FileAccepted.schema.omit({ upload: true }),
  example: withoutUpload(FileAccepted.example),
  earlier: [
    { version: 1, schema: receivedVersion1, upcast: withoutRefusals<z.output<typeof receivedVersion1>> },
  ],
});

function withoutUpload<T extends { upload?: unknown }>(data: T): Omit<T, 'upload'> {
  const rest: Partial<T> = { ...data };
  delete rest.upload;
  // All members of T but the deleted one.
  return rest as Omit<T, 'upload'>;
}

/** Outcomes of a submission’s rows. The first seven add up to the rows received. */
export const rowOutcomes = z.object({
  registered: count.describe('Rows that founded an individual.'),
  matched: count.describe('Rows that joined an individual.'),
  referred: count.describe('Facts that could belong to two individuals: set aside for review.'),
  unlinkable: count.describe('Rows without a usable token: set aside, counted in upper bounds.'),
  impersonal: count.describe('Activity without a person.'),
  superseded: count.describe('Rows of whose key a higher-ranked row existed already.'),
  unchanged: count.describe('Rows that equal the live record of their key, which stays.'),
  corrected: count.describe('Placed rows that replaced an earlier record of their row key.'),
  retired: count.describe('Earlier records that this submission retired, including replaced ones.'),
});
export type RowOutcomes = z.infer<typeof rowOutcomes>;

export const SubmissionLinked = ledgerContract({
  name: 'SubmissionLinked',
  version: 1,
  description: 'The submission is completely decided. Readers apply it here, as a whole.',
  roles: { closes: true, publishedOn: ['submissionDecided'], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({
    submission: submissionId,
    rows: count,
    outcomes: rowOutcomes,
    tokensWithoutForce: count.describe('Distinct tokens of live records that have lost their force.'),
  }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    rows: 211,
    outcomes: {
      registered: 120,
      matched: 80,
      referred: 1,
      unlinkable: 10,
      impersonal: 0,
      superseded: 0,
      unchanged: 0,
      corrected: 4,
      retired: 4,
    },
    tokensWithoutForce: 2,
  },
});

const withdrawnVersion1 = z.object({
  submission: submissionId,
  intake: z.int().positive().describe('The last intake number that was decided before.'),
  reason: code,
  by: z.string().min(1).max(100).describe('Account that asked.'),
  retired: count,
  revived: count,
});

export const SubmissionWithdrawn = ledgerContract({
  name: 'SubmissionWithdrawn',
  version: 2,
  description:
    'The submission is withdrawn; what it had replaced is live again. Closes the decisions of the withdrawal.',
  roles: { closes: true, publishedOn: ['submissionDecided'], ignoredBy: [], bodies: 'none' },
  schema: withdrawnVersion1.extend({ organisation }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    intake: 8,
    reason: 'wrong-quarter',
    by: 'data-team',
    retired: 211,
    revived: 4,
  },
  // Version 1 did not name the organisation.
  earlier: [
    { version: 1, schema: withdrawnVersion1, upcast: (data: z.output<typeof withdrawnVersion1>) => data },
  ],
});

const unparkedVersion1 = z.object({
  submission: submissionId,
  intake: z.int().positive().describe('Its new intake number.'),
  reason: code,
  by: z.string().min(1).max(100).describe('Account that asked.'),
});

export const SubmissionUnparked = ledgerContract({
  name: 'SubmissionUnparked',
  version: 2,
  description:
    'A parked submission is processed again on request. Opens that decision, which ends with SubmissionLinked or SubmissionParked.',
  roles: {
    closes: false,
    publishedOn: [],
    // The event that ends the decision determines the submission's state.
    ignoredBy: ['linkage', 'programme-ledger'],
    bodies: 'none',
  },
  schema: unparkedVersion1.extend({ organisation }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    intake: 19,
    reason: 'cause-mended',
    by: 'data-team',
  },
  // Version 1 did not name the organisation.
  earlier: [
    { version: 1, schema: unparkedVersion1, upcast: (data: z.output<typeof unparkedVersion1>) => data },
  ],
});

export const SubmissionParked = ledgerContract({
  name: 'SubmissionParked',
  version: 1,
  description: 'The submission cannot be processed and is passed over.',
  roles: { closes: true, publishedOn: ['submissionDecided'], ignoredBy: ['linkage'], bodies: 'none' },
  schema: z.object({ submission: submissionId, intake: z.int().positive(), reason: code }),
  example: { submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6', intake: 7, reason: 'landing-unreadable' },
});

const retired = z.object({
  submission: submissionId.exactOptional().describe('The submission that caused it; absent for an erasure.'),
  reason: z
    .enum(['replaced', 'omitted', 'withdrawn', 'consent-refused', 'erased'])
    .describe(
      'replaced: by a higher-ranked row of the same key; omitted: from a full extract or a replacement; withdrawn: with its submission; consent-refused: by a higher-ranked row of the same key; erased.',
    ),
  records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
});

/** Version 1 had no refusal of consent. */
const retiredVersion1 = retired.extend({ reason: retired.shape.reason.exclude(['consent-refused']) });

export const RecordsRetired = ledgerContract({
  name: 'RecordsRetired',
  version: 2,
  description:
    'Records that are no longer live; their bodies are kept and a withdrawal may revive them, unless they are erased.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: retired,
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    reason: 'replaced',
    records: ['1e0f6d2c9b8a47561e0f6d2c9b8a4756'],
  },
  earlier: [
    { version: 1, schema: retiredVersion1, upcast: (data: z.output<typeof retiredVersion1>) => data },
  ],
});

export const ConsentRefused = ledgerContract({
  name: 'ConsentRefused',
  version: 1,
  description:
    'Rows of this submission that refuse consent: only their keys are recorded. Unless a higher-ranked row of a key gives consent, the key has no live record.',
  // RecordsRetired tells the read models which records this retires.
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    submission: submissionId.describe('The submission that carries the refusals.'),
    rowKeys: z.array(rowKey).min(1).max(MAX_RECORDS_PER_EVENT),
  }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    rowKeys: ['c1d2e3f405162738c1d2e3f405162738'],
  },
});

export const RecordsCarried = ledgerContract({
  name: 'RecordsCarried',
  version: 1,
  description:
    'Records whose rows are unchanged in this submission, which carries them too. Of the submissions that carry a record, the one with the latest period, then the highest sequence, determines its period.',
  roles: { closes: false, publishedOn: [], ignoredBy: ['programme-ledger'], bodies: 'none' },
  schema: z.object({
    submission: submissionId.describe('The submission that carries them.'),
    records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
  }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    records: ['1e0f6d2c9b8a47561e0f6d2c9b8a4756'],
  },
});

export const CarrierChanged = ledgerContract({
  name: 'CarrierChanged',
  version: 1,
  description:
    'Live records whose period another submission determines now, because the previous one no longer stands.',
  // Linkage derives this from the other events itself.
  roles: { closes: false, publishedOn: [], ignoredBy: ['linkage', 'programme-ledger'], bodies: 'none' },
  schema: z.object({
    submission: submissionId.describe('The highest-ranked standing submission that carries them.'),
    records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
  }),
  example: {
    submission: '5f0c7a1be2d94c3386f1a0b2c3d4e5f6',
    records: ['1e0f6d2c9b8a47561e0f6d2c9b8a4756'],
  },
});
