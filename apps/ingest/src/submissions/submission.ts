import type {
  CommandId,
  DatasetId,
  PeriodCode,
  ProviderId,
  SubmissionId,
  UploadId,
} from '@kinledger/contracts';
import type { SubmitMode } from '@kinledger/domain';
import type { ForeseenEffect } from './foreseen-effect.js';

/** A file that was accepted, and whether it was taken back. */
/** The last place in the order of intake that its column holds. */
export const MAX_INTAKE = 2 ** 31 - 1;

export interface Submission {
  readonly submission: SubmissionId;
  readonly upload: UploadId;
  readonly intake: number;
  readonly provider: ProviderId;
  readonly dataset: DatasetId;
  readonly period: PeriodCode;
  readonly sequence: number;
  readonly mode: SubmitMode;
  readonly supersedes: readonly SubmissionId[];
  readonly contentHash: string;
  readonly schemaHash: string;
  readonly agreement: string;
  readonly attestedBy: string;
  readonly onBehalfOf: ProviderId | null;
  readonly acceptedAt: Date;
  /** What it did, by what stood when it was submitted; null where nobody could say. */
  readonly effect: ForeseenEffect | null;
  readonly withdrawal: Withdrawal | null;
}

export interface Withdrawal {
  /** The command that takes it out; null for one of before withdrawals were commands. */
  readonly command: CommandId | null;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}
