import type { DataOf, ProgrammeId, SubmissionStateChanged } from '@kinledger/contracts';
import type { OutboxMessage } from '@kinledger/message-bus';
import { submissionStateChanged } from '../outbox/intake-messages.js';
import type { Upload } from './upload.js';

type Change = Pick<DataOf<typeof SubmissionStateChanged>, 'state'> &
  Partial<Pick<DataOf<typeof SubmissionStateChanged>, 'submission' | 'intake' | 'reason'>>;

/** The message that an upload has entered a state: counts only, nothing of a row. */
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
