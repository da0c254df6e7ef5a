import { hash, type KeyObject } from 'node:crypto';
import type { KeyedHash } from '@kinledger/pseudonymised-rows';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const HELD_MESSAGE_BYTES = 448;
/** A code unit of UTF-16 takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;
const HELD_TEXT_UNITS = 1024;

/**
 * HMAC-SHA-256 (RFC 2104) under one key, for many short messages. Two one-shot hashes over buffers with the padded key
 * are several times as fast as a `createHmac` object for each message, with identical results.
 */
export class HmacSha256 implements KeyedHash {
  /** Inner padded key, then space for a message. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + HELD_TEXT_UNITS * BYTES_PER_UNIT);
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
    const written = this.#inner.write(digits, BLOCK_BYTES, HELD_MESSAGE_BYTES, 'hex');
    if (written * 2 !== digits.length) throw new TypeError('expected hex digits');
    return this.#finish(this.#inner.subarray(0, BLOCK_BYTES + written));
  }

  /** Writes the first bytes of the HMAC of a text in UTF-8 to `target`. */
  writeOfText(text: string, target: Buffer, at: number, bytes: number): void {
    if (text.length > HELD_TEXT_UNITS) {
      target.write(this.hex(Buffer.from(text)), at, bytes, 'hex');
      return;
    }
    const length = this.#inner.write(text, BLOCK_BYTES, 'utf8');
    this.#hashInner(this.#inner.subarray(0, BLOCK_BYTES + length));
    target.write(hash('sha256', this.#outer, 'binary'), at, bytes, 'latin1');
  }

  #finish(paddedMessage: Uint8Array): string {
    this.#hashInner(paddedMessage);
    return hash('sha256', this.#outer, 'hex');
  }

  #hashInner(paddedMessage: Uint8Array): void {
    this.#outer.write(hash('sha256', paddedMessage, 'binary'), BLOCK_BYTES, 'latin1');
  }
}
