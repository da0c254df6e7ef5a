import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MAX_MESSAGE_BYTES } from '../message-bus.js';

/** What fits on a page of the table as it is gains nothing. */
const SMALL_BYTES = 1024;

/** How a frame of Zstandard begins (RFC 8878 §3.1.1). */
const FRAME = 0xfd2fb528;
const isFrame = (value: Buffer): boolean => value.length >= 4 && value.readUInt32LE(0) === FRAME;

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const BOUNDED = { maxOutputLength: MAX_MESSAGE_BYTES };

/**
 * A message's value as it is stored: rows as JSON shrink to an eighth of their bytes, which the server then need not log,
 * write and send. What begins like a packed value is packed whatever its size, so that a stored value tells by itself.
 */
export function packValue(value: Uint8Array): Buffer {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes.length < SMALL_BYTES && !isFrame(bytes) ? bytes : zstdCompressSync(bytes, FAST);
}

/** @throws Error when the stored bytes are damaged, or hold more than a message may. */
export const unpackValue = (stored: Buffer): Buffer =>
  isFrame(stored) ? zstdDecompressSync(stored, BOUNDED) : stored;
