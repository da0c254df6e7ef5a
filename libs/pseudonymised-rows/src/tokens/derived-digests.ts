import { lengthPrefixed, type Digest, type Sha256Hex } from '@kinledger/domain/identifiers';
import type { Derivation } from '@kinledger/derivations';

/** Stands where a set's padding is digested; no derived value has four parts. */
const PADDING = 'padding';

/** Digests of profile op-kin-1 under one salt. */
export class DerivedDigests {
  readonly #sha256: Sha256Hex;
  readonly #salt: Uint8Array;

  constructor(sha256: Sha256Hex, salt: string) {
    this.#sha256 = sha256;
    this.#salt = new TextEncoder().encode(salt);
  }

  /** SHA-256 of the length-prefixed domain, the length-prefixed value, and the salt; upper-case hex. */
  of(domain: string, value: string): Digest {
    return this.#digestOf([domain, value]);
  }

  /**
   * Digests of all values that a derivation makes of a canonical value, sorted, and padded to one of its sizes. The
   * padding follows from the canonical value: equal values have equal sets, and different ones no padding in common.
   */
  ofSet({ domain, of, sizes = [] }: Derivation, canonical: string): readonly Digest[] {
    const values = of(canonical);
    const found = values.map((value) => this.of(domain, value));
    if (found.length === 0) return found;
    const size = sizes.find((each) => each >= found.length) ?? found.length;
    for (let n = found.length; n < size; n += 1)
      found.push(this.#digestOf([domain, PADDING, String(n), canonical]));
    return found.sort();
  }

  #digestOf(parts: readonly string[]): Digest {
    const encoded = lengthPrefixed(parts);
    const message = new Uint8Array(encoded.length + this.#salt.length);
    message.set(encoded);
    message.set(this.#salt, encoded.length);
    return this.#sha256(message).toUpperCase() as Digest;
  }
}
