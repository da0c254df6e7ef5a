const MULTIPLIER = 0x01000193;

/**
 * A polynomial hash over the bytes, modulo 2^32 (Rabin-Karp): the next window's hash takes two steps from this one's.
 */
export function rollingHash(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = (Math.imul(value, MULTIPLIER) + byte + 1) | 0;
  return value >>> 0;
}

/** Slides a window of fixed length over bytes. */
export class RollingWindow {
  readonly #leaving: number;

  constructor(readonly length: number) {
    let leaving = 1;
    for (let index = 0; index < length; index++) leaving = Math.imul(leaving, MULTIPLIER);
    this.#leaving = leaving;
  }

  /** The first position at or after `from` whose window has the hash; -1 if there is none. */
  find(bytes: Uint8Array, wanted: number, from = 0): number {
    const { length } = this;
    if (from + length > bytes.length) return -1;
    const target = wanted | 0;
    let value = rollingHash(bytes.subarray(from, from + length)) | 0;
    for (let at = from; ; at++) {
      if (value === target) return at;
      const entering = bytes[at + length];
      if (entering === undefined) return -1;
      const left = (bytes[at] ?? 0) + 1;
      value = (Math.imul(value, MULTIPLIER) + entering + 1 - Math.imul(left, this.#leaving)) | 0;
    }
  }
}
