import type { RecordId, Salt, SubmissionId } from '@kinledger/contracts';
import type { Hashing, KeyedHash, Keystream } from '../hashing.js';
import { bytesOfHex } from '../hex.js';

/**
 * Record ids: the id of row n is block n of a keystream whose key is unique to the submission: HMAC-SHA-256 of
 * "kinledger record ids " and the submission id. A provider that knows its row 17 cannot find it; a repeated delivery
 * has the same ids. Neither form nor key ever changes.
 */
export class RecordIds {
  readonly #hashing: Hashing;
  readonly #hmac: KeyedHash;
  readonly #bySubmission = new Map<SubmissionId, NumberedIds>();

  /** @param hmac with a key of its own, which never rotates. */
  constructor(hashing: Hashing, hmac: KeyedHash) {
    this.#hashing = hashing;
    this.#hmac = hmac;
  }

  /** @param rowNumber the row's number in the provider's file, as in the landing store. */
  recordIdOf(submission: SubmissionId, rowNumber: number): RecordId {
    let ids = this.#bySubmission.get(submission);
    if (ids === undefined) {
      ids = new NumberedIds(keystreamFor(this.#hashing, this.#hmac, `record ids ${submission}`));
      this.#bySubmission.set(submission, ids);
    }
    return ids.of(rowNumber) as RecordId;
  }
}

/**
 * Commitment salts of one file's records: the salt of row n is block n of a keystream whose key is the HMAC-SHA-256 of
 * "kinledger commitment salts" under the file's random seed. Once the seed is deleted, no salt can be computed again.
 */
export class CommitmentSalts {
  readonly #salts: NumberedIds;

  /** @param seed at least 32 random bytes, made for this file only. */
  constructor(hashing: Hashing, seed: Uint8Array) {
    this.#salts = new NumberedIds(keystreamFor(hashing, hashing.hmacSha256(seed), 'commitment salts'));
  }

  saltOf(rowNumber: number): Salt {
    return this.#salts.of(rowNumber) as Salt;
  }
}

/** Each key serves one file and one purpose, so that no block of a keystream is used twice. */
const keystreamFor = (hashing: Hashing, hmac: KeyedHash, purpose: string): Keystream =>
  hashing.keystream(bytesOfHex(hmac.hex(new TextEncoder().encode(`kinledger ${purpose}`))));

const WINDOW_ROWS = 128;
const ID_DIGITS = 32;

/** Rows come in order, so a stretch of the keystream is computed at once. */
class NumberedIds {
  readonly #keystream: Keystream;
  #first = Number.NaN;
  #digits = '';

  constructor(keystream: Keystream) {
    this.#keystream = keystream;
  }

  of(rowNumber: number): string {
    if (!Number.isSafeInteger(rowNumber) || rowNumber < 0) throw new RangeError('expected a row number');
    const within = rowNumber % WINDOW_ROWS;
    if (rowNumber - within !== this.#first) {
      this.#first = rowNumber - within;
      this.#digits = this.#keystream(this.#first, WINDOW_ROWS);
    }
    return this.#digits.slice(within * ID_DIGITS, (within + 1) * ID_DIGITS);
  }
}
