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

/** The maximum place in the order of intake, given by the column's type. */
export const MAX_INTAKE = 2 ** 31 - 1;

/** A file that was accepted, and its withdrawal if there is one. */
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
  /** Version of the words that the person confirmed; null if the account submitted without them. */
  readonly attestedWords: number | null;
  readonly acceptedAt: Date;
  /** What it did to the rows that stood when it was submitted; null if that is not known. */
  readonly effect: ForeseenEffect | null;
  readonly withdrawal: Withdrawal | null;
}

export interface Withdrawal {
  /** The command that withdraws it; null for a withdrawal from before these were commands. */
  readonly command: CommandId | null;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}
