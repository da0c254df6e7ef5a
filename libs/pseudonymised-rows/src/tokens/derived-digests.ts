import type { Derivation } from '@kinledger/derivations';
import { lengthPrefixed, type Digest, type Sha256Hex } from '@kinledger/domain/identifiers';

/** Stands where a set's padding is digested; no derived value has four parts. */
const PADDING = 'padding';
const LENGTH_BYTES = 4;
/** A code unit of UTF-16 takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();

/** Digests of profile op-kin-1 under one salt. */
export class DerivedDigests {
  readonly #sha256: Sha256Hex;
  readonly #salt: Uint8Array;
  /** Length-prefixed domains. */
  readonly #domains = new Map<string, Uint8Array>();
  /** Reused, because millions of digests are made, one after the other. */
  #message = new Uint8Array(1024);

  constructor(sha256: Sha256Hex, salt: string) {
    this.#sha256 = sha256;
    this.#salt = encoder.encode(salt);
  }

  /** SHA-256 of the length-prefixed domain, the length-prefixed value, and the salt; upper-case hex. */
  of(domain: string, value: string): Digest {
    return this.#digestOf(domain, [value]);
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
      found.push(this.#digestOf(domain, [PADDING, String(n), canonical]));
    return found.length === 1 ? found : found.sort();
  }

  #digestOf(domain: string, parts: readonly string[]): Digest {
    const prefix = this.#prefixOf(domain);
    let size = prefix.length + this.#salt.length;
    for (const part of parts) size += LENGTH_BYTES + part.length * BYTES_PER_UNIT;
    if (size > this.#message.length) this.#message = new Uint8Array(size);
    const message = this.#message;
    message.set(prefix);
    let at = prefix.length;
    for (const part of parts) {
      const length = write(part, message, at + LENGTH_BYTES);
      message[at] = length >>> 24;
      message[at + 1] = length >>> 16;
      message[at + 2] = length >>> 8;
      message[at + 3] = length;
      at += LENGTH_BYTES + length;
    }
    message.set(this.#salt, at);
    return this.#sha256(message.subarray(0, at + this.#salt.length)).toUpperCase() as Digest;
  }

  #prefixOf(domain: string): Uint8Array {
    let prefix = this.#domains.get(domain);
    if (prefix === undefined) {
      prefix = lengthPrefixed([domain]);
      this.#domains.set(domain, prefix);
    }
    return prefix;
  }
}

/** Writes text in UTF-8, and returns the number of bytes. Values are short and mostly ASCII. */
function write(text: string, target: Uint8Array, start: number): number {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return encoder.encodeInto(text, target.subarray(start)).written;
    target[start + at] = unit;
  }
  return text.length;
}
