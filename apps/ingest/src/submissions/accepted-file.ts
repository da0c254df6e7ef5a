import type { DataOf, FileAccepted, ProgrammeId } from '@kinledger/contracts';
import type { Dataset } from '@kinledger/programme';
import type { Upload } from '../uploads/upload.js';
import type { Submission } from './submission.js';

/** The message about an accepted file to other services, when it is accepted and at each un-parking. */
export const acceptedFile = (
  programme: ProgrammeId,
  dataset: Pick<Dataset, 'extractKind' | 'pseudonymisedAtSource'>,
  submission: Submission,
  upload: Upload,
): DataOf<typeof FileAccepted> => ({
  programme,
  submission: submission.submission,
  upload: submission.upload,
  intake: submission.intake,
  provider: submission.provider,
  dataset: submission.dataset,
  period: submission.period,
  sequence: submission.sequence,
  extractKind: dataset.extractKind,
  contentHash: submission.contentHash,
  schemaHash: submission.schemaHash,
  mapping: { ...upload.mapping },
  counts: upload.counts,
  findings: { ...upload.findings },
  attestation: {
    by: submission.attestedBy,
    ...(submission.onBehalfOf === null ? {} : { onBehalfOf: submission.onBehalfOf }),
  },
  agreement: submission.agreement,
  pseudonymisedAtSource: dataset.pseudonymisedAtSource,
  supersedes: [...submission.supersedes],
});
