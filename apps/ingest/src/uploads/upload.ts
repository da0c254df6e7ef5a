import type { CountsByRule, IntakeCounts } from '@kinledger/intake-files';
import type {
  DatasetId,
  PeriodCode,
  ProviderId,
  SubmissionId,
  SubmissionState,
  UploadId,
} from '@kinledger/contracts';
import type { SubmitMode } from '@kinledger/domain';
import type { ColumnRead, Delimiter, Encoding, FileFormat, FileRemarks } from '@kinledger/intake-files';
import type { MappingVersion } from '../mapping/saved-mapping.js';
import type { ForeseenEffect } from '../submissions/foreseen-effect.js';

/**
 * Only the sender sees `receiving`; then a file is validated or refused, after which its state changes at most once
 * more.
 */
export type UploadState =
  'receiving' | Extract<SubmissionState, 'validated' | 'refused' | 'discarded' | 'accepted'>;

/** How a file was read; null for what an earlier version did not keep. */
export interface Reading {
  readonly format: FileFormat | null;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter | null;
  /** Row of the column titles, from 1. */
  readonly headerRow: number | null;
  /** The sheet of a workbook, from 1; null for a CSV file. */
  readonly sheet: number | null;
  readonly remarks: FileRemarks | null;
  /** Columns that could have been read in another way, and how they were read. */
  readonly columns: readonly ColumnRead[] | null;
}

/** By mode of submission; a mode is absent if nothing new would happen. */
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
  readonly reading: Reading;
  readonly mapping: Readonly<Record<string, number>>;
  /** The saved mapping by which it was read; null if none was used. */
  readonly savedMapping: MappingVersion | null;
  readonly unknownColumns: number;
  readonly counts: IntakeCounts;
  readonly findings: CountsByRule;
  /** Rows without row id or natural key, to which no other file can refer; null if the upload has no register. */
  readonly rowsAlone: number | null;
  /** What submitting it would have done when it was received, by mode; null if that was not predicted. */
  readonly ifSubmitted: EffectsByMode | null;
  /** The submission that submitting it created or returned. */
  readonly submission: SubmissionId | null;
  /** The trace in which it was received, which its submission continues; null if traces were off. */
  readonly traceparent: string | null;
}
