import type { DataOf, ProgrammeId, SubmissionStateChanged, UploadId } from '@kinledger/contracts';
import type { Dataset } from '@kinledger/programme';
import type { Period } from '@kinledger/domain';
import { randomBytes } from 'node:crypto';
import type { OutboxMessage } from '@kinledger/message-bus';
import { submissionStateChanged } from '../outbox/intake-messages.js';
import { FileCounts } from '@kinledger/intake-files';
import type { Upload } from './upload.js';

type Change = Pick<DataOf<typeof SubmissionStateChanged>, 'state'> &
  Partial<Pick<DataOf<typeof SubmissionStateChanged>, 'submission' | 'intake' | 'reason'>>;

/** The message that an upload has entered a state; it contains counts only, no rows. */
export const uploadChanged = (
  programme: ProgrammeId,
  upload: Upload,
  at: Date,
  change: Change,
): OutboxMessage =>
  submissionStateChanged({
    programme,
    upload: upload.upload,
    provider: upload.provider,
    dataset: upload.dataset,
    period: upload.period,
    at: at.toISOString(),
    counts: upload.counts,
    findings: { ...upload.findings },
    ...change,
  });

/** The message that a file with the salt was refused, of which nothing else is kept, not even an upload. */
export const fileHeldTheSalt = (
  programme: ProgrammeId,
  { dataset, period }: { readonly dataset: Dataset; readonly period: Period },
  at: Date,
): OutboxMessage =>
  submissionStateChanged({
    programme,
    upload: randomBytes(16).toString('hex') as UploadId,
    provider: dataset.serviceDefinition.provider,
    dataset: dataset.id,
    period: period.code,
    at: at.toISOString(),
    counts: new FileCounts().counts,
    findings: {},
    state: 'refused',
    reason: 'holds-the-salt',
  });
