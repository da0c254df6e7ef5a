import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** What fits on a page of a table as it is gains nothing. */
const SMALL_BYTES = 1024;

/** How a frame of Zstandard begins (RFC 8878 §3.1.1). */
const FRAME = 0xfd2fb528;
const isFrame = (value: Buffer): boolean => value.length >= 4 && value.readUInt32LE(0) === FRAME;

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Bytes as a bytea column stores them: rows as JSON shrink to an eighth, which the server then need not log, write and
 * send. What begins like packed bytes is packed whatever its size, so that what is stored tells by itself. The same bytes
 * may be packed otherwise by another version: compare what was unpacked.
 */
export function packBytes(value: Uint8Array): Buffer {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes.length < SMALL_BYTES && !isFrame(bytes) ? bytes : zstdCompressSync(bytes, FAST);
}

/** @throws Error when the stored bytes are damaged, or hold more than `maxBytes`. */
export const unpackBytes = (stored: Buffer, maxBytes: number): Buffer =>
  isFrame(stored) ? zstdDecompressSync(stored, { maxOutputLength: maxBytes }) : stored;
