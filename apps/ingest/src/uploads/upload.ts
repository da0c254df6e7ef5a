import type { CountsByRule, IntakeCounts } from './counts.js';
import type {
  DatasetId,
  PeriodCode,
  ProviderId,
  SubmissionId,
  SubmissionState,
  UploadId,
} from '@kinledger/contracts';

/** `receiving` is seen by nobody but the sender; after it, a file is validated or refused, and then at most once more. */
export type UploadState =
  'receiving' | Extract<SubmissionState, 'validated' | 'refused' | 'discarded' | 'accepted'>;

export type Encoding = 'utf-8' | 'windows-1252';

/** An upload whose file has been read. */
export interface Upload {
  readonly upload: UploadId;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly state: Exclude<UploadState, 'receiving'>;
  readonly reason: string | null;
  readonly receivedAt: Date;
  readonly expiresAt: Date;
  readonly bytes: number;
  readonly contentHash: string;
  readonly schemaHash: string;
  readonly encoding: Encoding;
  readonly mapping: Readonly<Record<string, number>>;
  readonly unknownColumns: number;
  readonly counts: IntakeCounts;
  readonly findings: CountsByRule;
  /** The submission that its submit was answered with. */
  readonly submission: SubmissionId | null;
}
