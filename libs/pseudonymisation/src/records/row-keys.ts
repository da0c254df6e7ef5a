import type { KeyObject } from 'node:crypto';
import type { DatasetId, ProviderId, RowKey } from '@kinledger/contracts';
import { lengthPrefixed } from '@kinledger/domain';
import { HmacSha256 } from '../hmac/hmac-sha256.js';

/**
 * Row keys of one provider's dataset: the first 128 bits of HMAC-SHA-256 over the length-prefixed provider, dataset,
 * "row-id" or "natural-key", and the values (of a natural key, then the occurrence in decimal digits). The form and the
 * key never change: a row corrected years later must still be the same row.
 */
export class RowKeys {
  readonly #hmac: HmacSha256;
  readonly #provider: ProviderId;
  readonly #dataset: DatasetId;

  constructor(key: KeyObject | Uint8Array, provider: ProviderId, dataset: DatasetId) {
    this.#hmac = new HmacSha256(key);
    this.#provider = provider;
    this.#dataset = dataset;
  }

  /** @param rowId values of the provider's own row id, in the order of the schema's primary key. */
  ofRowId(rowId: readonly string[]): RowKey {
    return this.#of(['row-id', ...rowId]);
  }

  /**
   * @param naturalKey values in the order of the schema's natural key; a missing one is ''.
   * @param occurrence 1 for the first row of the file with these values, then 2, 3, …
   */
  ofNaturalKey(naturalKey: readonly string[], occurrence: number): RowKey {
    return this.#of(['natural-key', ...naturalKey, String(occurrence)]);
  }

  #of(parts: readonly string[]): RowKey {
    return this.#hmac.hex(lengthPrefixed([this.#provider, this.#dataset, ...parts])).slice(0, 32) as RowKey;
  }
}
