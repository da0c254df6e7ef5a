import type { RecordId, Salt, SubmissionId } from '@kinledger/contracts';
import type { KeyedHash } from '../hashing.js';

/**
 * Record ids: the first 128 bits of HMAC-SHA-256 over the submission id (16 bytes) and the row number (8 bytes big
 * endian). The form and the key never change: a second delivery must have the same ids.
 */
export class RecordIds {
  readonly #hmac: KeyedHash;

  constructor(hmac: KeyedHash) {
    this.#hmac = hmac;
  }

  /** @param rowNumber the row's number in the provider's file, as the landing store gives it. */
  recordIdOf(submission: SubmissionId, rowNumber: number): RecordId {
    return this.#hmac.hexOfHex(submission + rowNumberDigits(rowNumber)).slice(0, 32) as RecordId;
  }
}

/**
 * Commitment salts of one file's records: the first 128 bits of HMAC-SHA-256 under the file's random seed over the row
 * number (8 bytes big endian). When the seed is deleted, no salt can be made again.
 */
export class CommitmentSalts {
  readonly #hmac: KeyedHash;

  /** @param hmac under the seed: at least 32 random bytes, made for this file alone. */
  constructor(hmac: KeyedHash) {
    this.#hmac = hmac;
  }

  saltOf(rowNumber: number): Salt {
    return this.#hmac.hexOfHex(rowNumberDigits(rowNumber)).slice(0, 32) as Salt;
  }
}

function rowNumberDigits(rowNumber: number): string {
  if (!Number.isSafeInteger(rowNumber) || rowNumber < 0) throw new RangeError('expected a row number');
  return rowNumber.toString(16).padStart(16, '0');
}
