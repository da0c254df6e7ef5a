const encoder = new TextEncoder();
/** The maximum number of UTF-8 bytes for one UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

/**
 * Encodes several values as one unambiguous byte string: each value is preceded by its length in bytes, as 4 bytes big
 * endian; text is UTF-8. "1" and "23" give other bytes than "12" and "3", which plain joining would confuse.
 */
export function lengthPrefixed(values: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const value of values) size += 4 + value.length * (typeof value === 'string' ? BYTES_PER_UNIT : 1);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const value of values) {
    const start = offset + 4;
    const length =
      typeof value === 'string' ? writeUtf8(value, bytes, start) : writeBytes(value, bytes, start);
    bytes[offset] = length >>> 24;
    bytes[offset + 1] = length >>> 16;
    bytes[offset + 2] = length >>> 8;
    bytes[offset + 3] = length;
    offset = start + length;
  }
  return bytes.subarray(0, offset);
}

function writeBytes(value: Uint8Array, target: Uint8Array, start: number): number {
  target.set(value, start);
  return value.length;
}

/** Returns the number of bytes written. Values are short and mostly ASCII, so this loop is faster than the encoder. */
function writeUtf8(text: string, target: Uint8Array, start: number): number {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return encoder.encodeInto(text, target.subarray(start)).written;
    target[start + at] = unit;
  }
  return text.length;
}
