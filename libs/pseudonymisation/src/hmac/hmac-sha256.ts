import { hash, type KeyObject } from 'node:crypto';
import type { KeyedHash } from '@kinledger/pseudonymised-rows';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const HELD_MESSAGE_BYTES = 448;

/**
 * HMAC-SHA-256 (RFC 2104) under one key, for many short messages. Two one-shot hashes over buffers with the padded key
 * are several times as fast as a `createHmac` object for each message, with identical results.
 */
export class HmacSha256 implements KeyedHash {
  /** Inner padded key, then space for a message. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + HELD_MESSAGE_BYTES);
  /** Outer padded key, then space for the inner digest. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);

  constructor(key: KeyObject | Uint8Array) {
    const bytes = key instanceof Uint8Array ? key : key.export();
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes);
    for (const [index, byte] of block.entries()) {
      this.#inner[index] = byte ^ 0x36;
      this.#outer[index] = byte ^ 0x5c;
    }
  }

  /** The HMAC of bytes as 64 lower-case hex digits. */
  hex(message: Uint8Array): string {
    if (message.length > HELD_MESSAGE_BYTES) {
      return this.#finish(Buffer.concat([this.#inner.subarray(0, BLOCK_BYTES), message]));
    }
    this.#inner.set(message, BLOCK_BYTES);
    return this.#finish(this.#inner.subarray(0, BLOCK_BYTES + message.length));
  }

  /**
   * The HMAC of the bytes that hex digits encode, as 64 lower-case hex digits.
   * @throws TypeError for an incomplete byte, other characters, or more than 448 bytes.
   */
  hexOfHex(digits: string): string {
    const written = this.#inner.write(digits, BLOCK_BYTES, 'hex');
    if (written * 2 !== digits.length) throw new TypeError('expected hex digits');
    return this.#finish(this.#inner.subarray(0, BLOCK_BYTES + written));
  }

  #finish(paddedMessage: Uint8Array): string {
    this.#outer.write(hash('sha256', paddedMessage, 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}
