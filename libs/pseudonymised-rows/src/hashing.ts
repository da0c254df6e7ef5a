import type { Sha256Hex } from '@kinledger/domain/identifiers';

/** HMAC-SHA-256 (RFC 2104) under one key. */
export interface KeyedHash {
  /** The HMAC of bytes as 64 lower-case hex digits. */
  hex(message: Uint8Array): string;
  /**
   * The HMAC of the bytes that hex digits write, as 64 lower-case hex digits.
   * @throws TypeError when the text is not whole bytes of hex digits.
   */
  hexOfHex(digits: string): string;
}

/**
 * The hash functions of the surroundings: Node has fast ones, a browser brings a library. They answer at once, because
 * rows are made one after the other in a loop that has no time to wait.
 */
export interface Hashing {
  readonly sha256: Sha256Hex;
  readonly hmacSha256: (key: Uint8Array) => KeyedHash;
}
