import type { DatasetId, ProviderId, RowKey, SubmissionId } from '@kinledger/contracts';
import { lengthPrefixed } from '@kinledger/domain/identifiers';
import type { KeyedHash } from '../hashing.js';

/**
 * Row keys of one provider's dataset: the first 128 bits of HMAC-SHA-256 over the length-prefixed provider, dataset,
 * kind of identification, and its values. Neither form nor key ever changes, because a row corrected years later must
 * keep its row key.
 */
export class RowKeys {
  readonly #hmac: KeyedHash;
  readonly #provider: ProviderId;
  readonly #dataset: DatasetId;

  constructor(hmac: KeyedHash, provider: ProviderId, dataset: DatasetId) {
    this.#hmac = hmac;
    this.#provider = provider;
    this.#dataset = dataset;
  }

  /** @param rowId values of the provider's own row id, in the order of the schema's primary key. */
  ofRowId(rowId: readonly string[]): RowKey {
    return this.#of(['row-id', ...rowId]);
  }

  /**
   * Rows about different people have different keys, and so have rows of one file with the same content about one
   * person.
   * @param naturalKey values in the order of the schema's natural key, none of them missing.
   * @param identity the person that the row is about, see `RowPlan.identityOf`.
   * @param occurrence 1 for the first row of the file with this natural key and identity, then 2, 3, …
   */
  ofNaturalKey(naturalKey: readonly string[], identity: string, occurrence: number): RowKey {
    return this.#of(['stable-key', ...naturalKey, identity, String(occurrence)]);
  }

  /**
   * The key of a row to which no other file can refer: it is unique to its submission.
   * @param rowNumber the row's number in the provider's file, as in the landing store.
   */
  ofSubmittedRow(submission: SubmissionId, rowNumber: number): RowKey {
    return this.#of(['submitted-row', submission, String(rowNumber)]);
  }

  #of(parts: readonly string[]): RowKey {
    return this.#hmac.hex(lengthPrefixed([this.#provider, this.#dataset, ...parts])).slice(0, 32) as RowKey;
  }
}
