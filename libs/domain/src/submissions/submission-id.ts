import type { DatasetId, PeriodCode, ProgrammeId, SubmissionId } from '@kinledger/contracts';
import { hashInput } from '../ledger/hash-input.js';

/**
 * The id of a dataset's n-th submission for a period: the first 128 bits of SHA-256 over programme, dataset, period and
 * the sequence in decimal digits, each preceded by its UTF-8 length as 4 bytes big endian. This format never changes.
 * @param sequence from 1.
 */
export const submissionIdOf = (
  programme: ProgrammeId,
  dataset: DatasetId,
  period: PeriodCode,
  sequence: number,
): SubmissionId =>
  hashInput
    .start()
    .lengthPrefixed(programme)
    .lengthPrefixed(dataset)
    .lengthPrefixed(period)
    .lengthPrefixed(String(sequence))
    .sha256Hex128() as SubmissionId;
