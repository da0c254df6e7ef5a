const MULTIPLIER = 0x01000193;

/** A polynomial over the bytes, modulo 2^32 (Rabin and Karp): that of the next window takes two steps from that of this. */
export function rollingHash(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = (Math.imul(value, MULTIPLIER) + byte + 1) | 0;
  return value >>> 0;
}

/** Moves a window of a fixed length over bytes. */
export class RollingWindow {
  readonly #leaving: number;

  constructor(readonly length: number) {
    let leaving = 1;
    for (let index = 0; index < length; index++) leaving = Math.imul(leaving, MULTIPLIER);
    this.#leaving = leaving;
  }

  /** The first place at or after `from` whose window has the hash; -1 where none has. */
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
