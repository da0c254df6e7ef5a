import type { Sha256Hex } from '@kinledger/domain/identifiers';

/** HMAC-SHA-256 (RFC 2104) under one key. */
export interface KeyedHash {
  /** The HMAC of bytes as 64 lower-case hex digits. */
  hex(message: Uint8Array): string;
  /**
   * The HMAC of the bytes that hex digits encode, as 64 lower-case hex digits.
   * @throws TypeError for anything but whole bytes of hex digits.
   */
  hexOfHex(digits: string): string;
}

/**
 * Blocks of 16 pseudorandom bytes, as hex digits: AES-256 of the block number, 16 bytes big endian, which is the
 * keystream of counter mode (NIST SP 800-38A).
 * @param first number of the first block, a safe integer.
 */
export type Keystream = (first: number, blocks: number) => string;

/**
 * The hash functions of the platform: Node has fast ones, a browser uses a library. They are synchronous, because rows
 * are made in a loop that must not wait.
 */
export interface Hashing {
  readonly sha256: Sha256Hex;
  readonly hmacSha256: (key: Uint8Array) => KeyedHash;
  /** @param key 32 bytes. */
  readonly keystream: (key: Uint8Array) => Keystream;
}

export const COUNTER_BYTES = 16;

/** The block number in the form of AES's input. @throws RangeError for anything but a safe integer from 0. */
export function counterOf(block: number): Uint8Array {
  if (!Number.isSafeInteger(block) || block < 0) throw new RangeError('expected the number of a block');
  const counter = new Uint8Array(COUNTER_BYTES);
  new DataView(counter.buffer).setBigUint64(COUNTER_BYTES - 8, BigInt(block));
  return counter;
}
