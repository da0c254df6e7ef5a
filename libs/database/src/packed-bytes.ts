import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Smaller values fit on a table page anyway, so packing gains nothing. */
const SMALL_BYTES = 1024;

/** Magic number of a Zstandard frame (RFC 8878 §3.1.1). */
const FRAME = 0xfd2fb528;
const isFrame = (value: Buffer): boolean => value.length >= 4 && value.readUInt32LE(0) === FRAME;

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** The packed form of bytes unpacked here, so that passing them on need not pack them again. */
const packedAs = new WeakMap<Uint8Array, Buffer>();

/**
 * Bytes as a bytea column stores them: row chunks shrink by a quarter and JSON to a fifth, which the server then need
 * not log,
 * write and send. What begins like packed bytes is packed whatever its size, so that what is stored tells by itself.
 * The same bytes
 * may be packed otherwise by another version: compare what was unpacked. Bytes that come from `unpackBytes` are not to
 * be changed.
 */
export function packBytes(value: Uint8Array): Buffer {
  const known = packedAs.get(value);
  if (known !== undefined) return known;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes.length < SMALL_BYTES && !isFrame(bytes) ? bytes : zstdCompressSync(bytes, FAST);
}

/** @throws Error if the stored bytes are damaged, or unpack to more than `maxBytes`. */
export function unpackBytes(stored: Buffer, maxBytes: number): Buffer {
  if (!isFrame(stored)) return stored;
  const bytes = zstdDecompressSync(stored, { maxOutputLength: maxBytes });
  packedAs.set(bytes, stored);
  return bytes;
}
