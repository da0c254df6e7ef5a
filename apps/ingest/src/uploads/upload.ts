import type { CountsByRule, IntakeCounts } from './counts.js';
import type {
  DatasetId,
  PeriodCode,
  ProviderId,
  SubmissionId,
  SubmissionState,
  UploadId,
} from '@kinledger/contracts';
import type { SubmitMode } from '@kinledger/domain';
import type { ForeseenEffect } from '../submissions/foreseen-effect.js';

/** `receiving` is seen by nobody but the sender; after it, a file is validated or refused, and then at most once more. */
export type UploadState =
  'receiving' | Extract<SubmissionState, 'validated' | 'refused' | 'discarded' | 'accepted'>;

export type Encoding = 'utf-8' | 'windows-1252';

/** By mode of submission; absent where nothing new would happen. */
export type EffectsByMode = Readonly<Partial<Record<SubmitMode, ForeseenEffect>>>;

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
  /** Rows that nothing makes known in another file; null where no register of it is kept. */
  readonly rowsAlone: number | null;
  /** What submitting it would have done when it was received, by mode; null where nobody could say. */
  readonly ifSubmitted: EffectsByMode | null;
  /** The submission that its submit was answered with. */
  readonly submission: SubmissionId | null;
}
