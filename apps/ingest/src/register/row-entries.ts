import { hkdfSync, type KeyObject } from 'node:crypto';
import type { DatasetId, ProviderId } from '@kinledger/contracts';
import type { DatasetSchema } from '@kinledger/programme';
import { HmacSha256 } from '@kinledger/pseudonymisation';
import { RowPlan } from '@kinledger/pseudonymised-rows';

/** Bytes of an entry: 8 of the name, 8 of the key, 8 of the content. */
export const ENTRY_BYTES = 24;
const HASH_BYTES = 8;
export const KEY_AT = HASH_BYTES;
export const CONTENT_AT = 2 * HASH_BYTES;

/** The lowest bit of a name says whether it is a natural key, whose rows are counted by occurrence. */
export const isNaturalKey = (name: bigint): boolean => (name & 1n) === 1n;

/**
 * Makes register entries of rows in the form of the landing store: keyed 64-bit hashes, which reveal nothing without
 * the key. Entries of two datasets never compare equal.
 */
export class RowEntries {
  readonly #hmac: HmacSha256;
  readonly #dataset: DatasetId;
  readonly #plan: RowPlan;

  /**
   * @param contentHashKey the key from which the register’s own key is derived.
   * @param derives whether rows of the dataset have derived tokens.
   */
  constructor(
    contentHashKey: KeyObject,
    dataset: DatasetId,
    schema: DatasetSchema,
    provider: ProviderId,
    derives = false,
  ) {
    const key = hkdfSync('sha256', contentHashKey, '', 'kinledger row register', 32);
    this.#hmac = new HmacSha256(new Uint8Array(key));
    this.#dataset = dataset;
    this.#plan = new RowPlan(schema, provider, dataset, derives);
  }

  /**
   * Writes a row’s entry into `target`.
   * @returns false, without writing, for a row without row id or natural key, to which no other file can refer.
   */
  write(values: readonly (string | null)[], target: Buffer, at: number): boolean {
    const name = this.#plan.nameOf(values);
    if (name === undefined) return false;
    const natural = name.kind === 'natural-key';
    this.#hash(['name', name.kind, ...name.parts], target, at);
    const lowest = at + KEY_AT - 1;
    target[lowest] = ((target[lowest] ?? 0) & 0xfe) | (natural ? 1 : 0);
    if (natural) this.#hash(['key', ...name.parts, name.identity], target, at + KEY_AT);
    else target.copy(target, at + KEY_AT, at, at + KEY_AT);
    if (this.#plan.refusesConsent(values)) target.fill(0, at + CONTENT_AT, at + ENTRY_BYTES);
    else {
      this.#hash(['content', this.#plan.contentOf(values)], target, at + CONTENT_AT);
      // All zeros mean a refusal of consent.
      target[at + CONTENT_AT] = (target[at + CONTENT_AT] ?? 0) | 1;
    }
    return true;
  }

  /** Forgets the values of the rows so far, to bound memory. */
  forget(): void {
    this.#plan.forget();
  }

  #hash(parts: readonly string[], target: Buffer, at: number): void {
    let text: string = this.#dataset;
    // The length before each part distinguishes "1", "23" from "12", "3".
    for (const part of parts) text += `\n${part.length} ${part}`;
    this.#hmac.writeOfText(text, target, at, HASH_BYTES);
  }
}
